import SibylJSON
import SibylProtocol
import Testing

@testable import SibylCore

/// What workers serve changes while they work.
@Suite struct BrokerModelsTests {
    typealias Model = WorkerAnnouncement.Model

    private func change(
        _ harness: inout BrokerHarness, _ worker: UInt64, _ models: [Model],
        policies: [WorkerAnnouncement.Policy] = [], absences: [WorkerAnnouncement.Absence] = []
    ) {
        var announcement = WorkerAnnouncement(name: "", capacity: 0, models: models)
        announcement.policies = policies
        announcement.absences = absences
        harness.send(.models(PeerID(rawValue: worker), announcement))
    }

    /// Answers what the last event asked for, as a shell does; `version` is what each request names.
    private func routeAgain(_ harness: inout BrokerHarness, version: String = "") {
        let asked = harness.effects.compactMap { effect -> RequestID? in
            if case .route(_, let request) = effect { request } else { nil }
        }
        var gathered: [BrokerEffect] = []
        for request in asked {
            harness.send(.routed(request, harness.route("m", version)))
            gathered += harness.effects
        }
        harness.gather(gathered)
    }

    @Test func aNewVersionTakesWhatNamesNone() {
        var harness = BrokerHarness()
        harness.join(1, capacity: 2)
        change(
            &harness, 1, [Model(name: "m", version: "1.0.0", place: 0), Model(name: "m", version: "1.1.0", place: 1)])
        #expect(harness.route("m") == .service(1))
        #expect(harness.route("m", "1.0") == .service(0))
        harness.request()
        #expect(harness.dispatched == [[0, 1]])
        #expect(harness.places == [1])
        harness.request(version: "1.0.0")
        #expect(harness.places == [0])
    }

    /// The number by which dispatches name a model stays its own, whatever comes and goes around it.
    @Test func aModelKeepsItsNumber() {
        var harness = BrokerHarness()
        harness.join(1, capacity: 9)
        change(
            &harness, 1, [Model(name: "n", version: "1.0.0", place: 7), Model(name: "m", version: "1.0.0", place: 0)])
        harness.request()
        #expect(harness.places == [0])
        harness.request("n")
        #expect(harness.places == [7])
    }

    @Test func whatWaitsForAVersionThatIsTakenOutGoesToAnother() {
        var harness = BrokerHarness()
        harness.join(1)
        let computed = harness.request()
        let waiting = harness.request()
        change(&harness, 1, [Model(name: "m", version: "2.0.0", place: 1)])
        routeAgain(&harness)
        #expect(harness.dispatched.isEmpty)
        harness.answer(computed, from: 1)
        #expect(harness.dispatched == [[UInt64(waiting), 1]])
        #expect(harness.places == [1])
        harness.answer(waiting, from: 1)
        #expect(harness.core.requests.count == 0)
    }

    @Test func whoNamedTheVersionHearsThatItIsGone() {
        var harness = BrokerHarness()
        harness.join(1)
        harness.request(version: "1.0.0")
        let waiting = harness.request(version: "1.0.0")
        change(&harness, 1, [Model(name: "m", version: "2.0.0", place: 1)])
        routeAgain(&harness, version: "1.0.0")
        #expect(harness.refused == [.init(slot: waiting, refusal: .versionNotFound)])
        #expect(harness.route("m", "1.0.0") == .versionNotFound)
        #expect(harness.route("m", "1") == .versionNotFound)
    }

    /// The worker no longer has the model when the dispatch arrives: nobody fails.
    @Test func aDispatchThatMetTheChangeGoesToAnotherVersion() {
        var harness = BrokerHarness()
        harness.join(1)
        let slot = harness.request()
        change(&harness, 1, [Model(name: "m", version: "2.0.0", place: 1)])
        harness.send(.refusal(PeerID(rawValue: 1), harness.core.requests.id(of: slot)))
        routeAgain(&harness)
        #expect(harness.dispatched == [[UInt64(slot), 1]])
        #expect(harness.places == [1])
    }

    @Test func aVersionThatLeavesFinishesWhatWaits() {
        var harness = BrokerHarness()
        harness.join(1)
        let first = harness.request()
        let second = harness.request()
        change(
            &harness, 1,
            [
                Model(name: "m", version: "1.0.0", place: 0, isLeaving: true),
                Model(name: "m", version: "2.0.0", place: 1),
            ])
        #expect(harness.route("m") == .service(1))
        #expect(harness.route("m", "1.0.0") == .versionNotFound)
        harness.answer(first, from: 1)
        #expect(harness.dispatched == [[UInt64(second), 1]])
        #expect(harness.places == [0])
    }

    /// As long as one worker stays with it, a version is there.
    @Test func aVersionIsWithdrawnByTheLastOfItsWorkers() {
        var harness = BrokerHarness()
        harness.join(1)
        harness.join(2)
        change(&harness, 1, [Model(name: "m", version: "2.0.0", place: 1)])
        #expect(harness.route("m", "1.0.0") == .service(0))
        change(&harness, 2, [Model(name: "m", version: "1.0.0", place: 0, isLeaving: true)])
        #expect(harness.route("m", "1.0.0") == .versionNotFound)
        change(&harness, 2, [Model(name: "m", version: "1.0.0", place: 3)])
        #expect(harness.route("m", "1.0.0") == .service(0))
    }

    /// A lost worker may come back; one that gave a model up won't bring it.
    @Test func aLostVersionStaysKnown() {
        var harness = BrokerHarness()
        harness.join(1)
        harness.send(.unreachable(PeerID(rawValue: 1)))
        #expect(harness.route("m", "1.0.0") == .service(0))
    }

    @Test func aStrangerIsAskedToSayHello() {
        var harness = BrokerHarness()
        change(&harness, 5, [Model(name: "m", version: "1.0.0")])
        #expect(harness.effects == [.introduce(worker: PeerID(rawValue: 5))])
    }

    /// The bound is on what the broker knows, however many workers say it.
    @Test func modelsThatAreKnownAlreadyTakeNoRoom() {
        var harness = BrokerHarness { $0.services = 2 }
        harness.join(1, models: [("m", "1.0.0"), ("m", "2.0.0")])
        harness.join(2, models: [("m", "2.0.0"), ("m", "1.0.0")])
        harness.join(3, models: [("m", "3.0.0")])
        #expect(harness.core.workers.count == 2)
    }

    // MARK: - Policies

    private func twoVersions(_ policy: WorkerAnnouncement.Policy) -> BrokerHarness {
        var harness = BrokerHarness()
        harness.join(1, capacity: 9, models: [("m", "1.0.0"), ("m", "2.0.0")])
        change(
            &harness, 1, [Model(name: "m", version: "1.0.0"), Model(name: "m", version: "2.0.0")], policies: [policy])
        return harness
    }

    @Test func aPinnedVersionIsTheDefault() {
        var harness = twoVersions(.init(name: "m", standard: "1.0.0"))
        #expect(harness.route("m") == .service(0))
        #expect(harness.route("m", "2") == .service(1))
    }

    @Test func whereThePinnedVersionIsNotReadyTheNewestServes() {
        var harness = twoVersions(.init(name: "m", standard: "3.0.0"))
        #expect(harness.route("m") == .service(1))
        #expect(harness.route("m", "3.0.0") == .versionNotFound)
    }

    @Test func anAliasStandsForAVersion() {
        var harness = twoVersions(
            .init(name: "m", aliases: [.init(name: "stable", shares: [.init(version: "1", weight: 1)])]))
        #expect(harness.route("m", "stable") == .service(0))
        #expect(harness.route("m", "canary") == .versionNotFound)
        #expect(harness.route("m") == .service(1))
    }

    @Test func anAliasOfSeveralSharesByWeight() {
        let canary = WorkerAnnouncement.Policy.Alias(
            name: "canary", shares: [.init(version: "1.0.0", weight: 9), .init(version: "2.0.0", weight: 1)])
        var harness = twoVersions(.init(name: "m", standard: "canary", aliases: [canary]))
        var counts: [Route: Int] = [:]
        for _ in 0..<100 { counts[harness.route("m"), default: 0] += 1 }
        #expect(counts == [.service(0): 90, .service(1): 10])
        let policy = WorkerAnnouncement.Policy(name: "m", standard: "canary", aliases: [canary])
        change(&harness, 1, [Model(name: "m", version: "2.0.0", place: 1)], policies: [policy])
        #expect(harness.route("m", "canary") == .service(1))
    }

    /// Whatever else is asked for in between, as a table of fixed size remembers routes.
    @Test func anAliasKeepsItsTurns() {
        let canary = WorkerAnnouncement.Policy.Alias(
            name: "canary", shares: [.init(version: "1.0.0", weight: 1), .init(version: "2.0.0", weight: 1)])
        var harness = twoVersions(.init(name: "m", aliases: [canary]))
        var counts: [Route: Int] = [:]
        for turn in 0..<10 {
            counts[harness.route("m", "canary"), default: 0] += 1
            for version in 0..<2_000 { _ = harness.route("m", "\(turn).\(version)") }
        }
        #expect(counts == [.service(0): 5, .service(1): 5])
    }

    @Test func policiesAreNoMoreThanModels() {
        var harness = BrokerHarness { $0.services = 3 }
        harness.join(1)
        let pinned = (0..<5).map { WorkerAnnouncement.Policy(name: $0 == 4 ? "m" : "other\($0)", standard: "1.0.0") }
        let models = [Model(name: "m", version: "1.0.0", place: 0), Model(name: "m", version: "2.0.0", place: 1)]
        change(&harness, 1, models, policies: pinned)
        #expect(harness.route("m") == .service(1))
        #expect(harness.core.directory.policies.count == 3)
        change(&harness, 1, models, policies: [pinned[0]])
        #expect(harness.core.directory.policies.count == 1)
    }

    @Test func aPolicyThatIsNotSaidAnyMoreDoesNotCount() {
        var harness = twoVersions(.init(name: "m", standard: "1.0.0"))
        change(&harness, 1, [Model(name: "m", version: "1.0.0"), Model(name: "m", version: "2.0.0")])
        #expect(harness.route("m") == .service(1))
    }

    // MARK: - Reports

    @Test func absencesAreTold() throws {
        var harness = BrokerHarness()
        harness.join(1)
        let absences = [
            WorkerAnnouncement.Absence(name: "m", version: "1.1.0", state: "failed", message: "no such opset"),
            WorkerAnnouncement.Absence(name: "n", version: "2.3.0", state: "loading"),
        ]
        change(&harness, 1, [Model(name: "m", version: "1.0.0")], absences: absences)
        let list = try JSONValue(parsing: harness.core.listReport())
        #expect(list["models"]?.array?.map { $0["state"] } == ["ready", "loading"])
        #expect(list["models"]?.array?[0]["absences"]?.array?[0]["message"] == "no such opset")
        #expect(list["models"]?.array?[1]["major_version"] == 2)
        let health = try JSONValue(parsing: harness.core.healthReport(name: "b"))
        #expect(health["status"] == "degraded")
        #expect(health["failed"] == ["m 1.1.0: no such opset"])
        change(&harness, 1, [Model(name: "m", version: "1.0.0")])
        #expect(try JSONValue(parsing: harness.core.healthReport(name: "b"))["status"] == "ready")
    }

    @Test func anAnnouncementComesBackAsItWas() throws {
        var announcement = WorkerAnnouncement(
            name: "", capacity: 0,
            models: [Model(name: "m", version: "1.0.0", place: 4, isLeaving: true), Model(name: "n", version: "1")])
        announcement.policies = [
            .init(
                name: "m", standard: "canary",
                aliases: [.init(name: "canary", shares: [.init(version: "1", weight: 3)])])
        ]
        announcement.absences = [.init(name: "k", version: "2", state: "failed", message: "why")]
        let again = try announcement.changeBytes().withUnsafeBytes { try WorkerAnnouncement(readingChange: $0) }
        #expect(again == announcement)
    }
}

extension BrokerHarness {
    /// By which numbers the last event's dispatches name their models.
    var places: [UInt32] {
        effects.compactMap { if case .dispatch(_, _, let header) = $0 { header.model } else { nil } }
    }
}
