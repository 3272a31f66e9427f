internal import SibylCore
internal import SibylProtocol

/// How a seed becomes a scenario. Each thing is drawn from a range that reaches from comfortable to absurd, and whole
/// kinds of trouble are left out at random, so that rare ones aren't drowned by common ones (swarm testing; Groce et
/// al., 2012).
extension Scenario {
    package init(seed: UInt64) {
        var random = RandomSource(seed: seed)
        self.init(seed: seed, random: random.fork())
        theme = Self.drawTheme(&random)
        estimatesCosts = theme == .mixed && random.chance(percent: 20)
        calm = Instant(nanoseconds: 0) + .milliseconds(Int64(random.between(1_500...6_000)))
        drawModels(&random)
        drawBrokers(&random)
        drawNetwork(&random)
        drawWorkers(&random)
        drawClients(&random)
        switch theme {
        case .mixed:
            drawFaults(&random)
            drawRogues(&random)
        case .failover: drawSingleFaults(&random)
        case .calm, .poison, .flood: break
        }
    }

    /// Whether calls are given all the time and the room that they may need.
    private var isGenerous: Bool { theme == .calm || theme == .poison || theme == .failover }

    private static func drawTheme(_ random: inout RandomSource) -> Theme {
        switch random.below(20) {
        case 0..<3: .calm
        case 3..<6: .poison
        case 6..<8: .flood
        case 8..<10: .failover
        default: .mixed
        }
    }

    // MARK: - Who takes part

    private mutating func drawModels(_ random: inout RandomSource) {
        let names = ["alpha", "beta", "gamma"]
        let count = theme == .flood ? 1 : random.skewed(1...3)
        for name in names.prefix(count) {
            // In order of their versions: a later place is a newer version.
            for version in ["1.0.0", "1.1.0", "2.0.0"].prefix(theme == .flood ? 1 : random.skewed(1...3)) {
                // From next to nothing to so much that the workers are never idle.
                let cheapest = random.pick(theme == .failover ? [20, 200, 2_000] : [20, 200, 2_000, 20_000])
                let dearest = cheapest + random.between(0...(cheapest * 3))
                models.append(Model(name: name, version: version, cost: cheapest...dearest))
            }
        }
    }

    private mutating func drawBrokers(_ random: inout RandomSource) {
        brokers = theme == .failover || theme == .mixed && random.chance(percent: 40) ? 2 : 1
        var limits = BrokerLimits()
        limits.attempts = UInt32(random.pick([1, 2, 3, 3, 3, 5]))
        if theme == .poison { limits.attempts = UInt32(random.pick([2, 3, 3, 4])) }
        let heartbeat = random.pick([50, 100, 200, 500])
        limits.heartbeatInterval = .milliseconds(Int64(heartbeat))
        limits.livenessTimeout = .milliseconds(Int64(heartbeat * 4))
        limits.orphanGrace = .milliseconds(Int64(random.pick([200, 1_000, 5_000])))
        limits.settlingTime = .milliseconds(Int64(random.pick([0, 100, 1_000, 1_000, 3_000])))
        limits.drainTimeout = .milliseconds(Int64(random.pick([100, 1_000, 5_000])))
        limits.defaultTimeout = .milliseconds(Int64(random.pick([500, 2_000, 10_000])))
        if theme == .failover { setGenerously(&limits) }
        if theme == .mixed || theme == .flood {
            if random.chance(percent: 40) { limits.queueLength = random.skewed(1...60) }
            if random.chance(percent: 25) { limits.queueBytes = random.between(1_000...50_000) }
            if random.chance(percent: 10) { limits.requests = random.between(10...100) }
        }
        if random.chance(percent: 30) {
            for tenant in 1...5 { limits.setWeight(random.between(1...8), of: Self.tenant(tenant)) }
        }
        brokerLimits = limits
    }

    /// A request may lose a worker at each fault, and the other broker needs its time.
    private func setGenerously(_ limits: inout BrokerLimits) {
        limits.attempts = 6
        limits.settlingTime = .milliseconds(3_000)
        limits.orphanGrace = .milliseconds(5_000)
        limits.drainTimeout = .milliseconds(5_000)
        limits.defaultTimeout = .milliseconds(30_000)
    }

    private mutating func drawNetwork(_ random: inout RandomSource) {
        // On one machine, in one room, or far apart.
        let fastest = random.between(random.pick([5...100, 5...100, 100...1_000, 3_000...30_000]))
        network.latency = fastest...(fastest + random.skewed(10...3_000))
        network.latePerMille = random.pick([0, 0, 5, 50])
        // Where nothing may go wrong, no heartbeat is missed either.
        network.longestDelay = random.pick([1_000, 20_000, theme == .mixed ? 200_000 : 20_000])
        network.wakeUp = 0...random.pick([1, 20, 500])
    }

    private mutating func drawWorkers(_ random: inout RandomSource) {
        let count =
            switch theme {
            case .poison: random.between(2...6)
            case .failover: random.between(3...6)
            case .mixed, .calm, .flood: random.skewed(1...6)
            }
        restartPause = .milliseconds(Int64(random.skewed(20...1_500)))
        let servesAll = theme != .mixed || random.chance(percent: 50)
        for number in 0..<count {
            var worker = Worker(models: [], threads: random.skewed(1...4))
            worker.models = models.indices.filter { model in
                // Each model has one at least.
                servesAll || model % count == number || random.chance(percent: 40)
            }
            // A hello must name one.
            if worker.models.isEmpty { worker.models = [random.below(models.count)] }
            worker.limits.capacity = UInt32(random.pick([1, 1, 2, 4, 8, 16, 64]))
            worker.limits.drainTimeout = .milliseconds(Int64(random.pick([50, 500, 5_000])))
            workers.append(worker)
        }
        // Above the credit at least, as the protocol's page asks for.
        let capacity = workers.map { Int($0.limits.capacity) }.max() ?? 1
        if theme == .mixed && random.chance(percent: 20) { network.mark = capacity * 2 + random.between(10...200) }
    }

    // MARK: - What is asked for

    private mutating func drawClients(_ random: inout RandomSource) {
        let count = theme == .flood ? random.between(2...4) : random.skewed(1...5)
        let most = theme == .flood ? 1_200 : 700
        let total = random.chance(percent: 50) ? random.skewed(40...most) : random.between(100...most)
        let mixesPriorities = random.chance(percent: 60)
        let sharesTenants = random.chance(percent: 30)
        for number in 0..<count {
            var plan = ClientPlan()
            plan.calls = max(1, total / count)
            let tenant = Self.tenant(sharesTenants ? number / 2 + 1 : number + 1)
            plan.tenant = Array(tenant.utf8).withUnsafeBytes(FNV1a.hash)
            // Where nothing may go wrong, workers are there first.
            let earliest = theme == .mixed ? 0 : 200_000
            plan.begin = Instant(nanoseconds: 0) + .microseconds(Int64(earliest + random.skewed(0...1_000_000)))
            drawPace(of: &plan, &random)
            drawChoices(of: &plan, &random)
            plan.bulkPercent = mixesPriorities ? random.pick([0, 20, 50, 100]) : random.pick([0, 0, 100])
            plan.batchPercent = random.pick([0, 0, 10, 100])
            plan.largestBatch = random.pick(theme == .failover ? [2] : [2, 10, 100])
            plan.sizes = 50...random.pick([100, 1_000, 20_000])
            drawTrouble(of: &plan, &random)
            clients.append(plan)
        }
    }

    private static func tenant(_ number: Int) -> String { "tenant\(number)" }

    private func drawPace(of plan: inout ClientPlan, _ random: inout RandomSource) {
        if theme == .flood {
            plan.pattern = .closed(concurrency: random.between(8...60))
            plan.timeouts = 10_000...20_000
            return
        }
        switch random.below(4) {
        case 0: plan.pattern = .closed(concurrency: 1)
        case 1: plan.pattern = .bursts(size: random.skewed(1...100))
        default: plan.pattern = .closed(concurrency: random.skewed(1...60))
        }
        drawPause(of: &plan, &random)
        let patience = random.pick([20, 200, 1_000, 5_000, 10_000])
        plan.timeouts = max(1, patience / random.pick([1, 4, 20]))...patience
        if isGenerous { plan.timeouts = 15_000...20_000 }
    }

    /// At full speed, or so that the calls last as long as there are faults to meet them.
    private func drawPause(of plan: inout ClientPlan, _ random: inout RandomSource) {
        var longest = random.pick([0, 100, 5_000])
        if random.chance(percent: 75) {
            let concurrency =
                switch plan.pattern {
                case .closed(let concurrency): concurrency
                case .bursts(let size): size
                }
            let span = (calm - plan.begin).microseconds
            longest = max(0, Int(span)) * concurrency / plan.calls * random.between(1...2)
        }
        plan.pause = (longest / 4)...longest
    }

    private func drawChoices(of plan: inout ClientPlan, _ random: inout RandomSource) {
        for model in models where theme == .flood || random.chance(percent: 70) {
            plan.choices.append(choice(model.name, ""))
            plan.choices.append(choice(model.name, model.version))
            plan.choices.append(choice(model.name, String(model.version.prefix(1))))
        }
        if plan.choices.isEmpty { plan.choices.append(choice(models[0].name, "")) }
        guard theme == .mixed, random.chance(percent: 20) else { return }
        plan.choices.append(choice(models[0].name, "9"))
        plan.choices.append(choice("nobody", ""))
    }

    private func choice(_ name: String, _ version: String) -> ClientPlan.Choice {
        let allowed = models.indices.filter { index in
            guard models[index].name == name else { return false }
            return version.isEmpty || models[index].version == version
                || models[index].version.hasPrefix(version + ".")
        }
        return ClientPlan.Choice(model: name, version: version, allowed: allowed)
    }

    private func drawTrouble(of plan: inout ClientPlan, _ random: inout RandomSource) {
        if theme == .poison {
            plan.poisonPerMille = random.between(2...12)
            return
        }
        plan.failingPercent = random.pick([0, 0, 5])
        if theme == .flood || theme == .failover { return }
        plan.cancelPercent = random.pick([0, 0, 5, 30])
        if theme == .calm { return }
        plan.untimedPercent = random.pick([0, 0, 50])
        plan.hangingPerMille = random.pick([0, 0, 0, 5, 20])
        plan.poisonPerMille = random.pick([0, 0, 0, 3])
        plan.leavesEarly = random.chance(percent: 10)
        if random.chance(percent: 10) { plan.limits.calls = random.between(1...30) }
        guard random.chance(percent: 20) else { return }
        plan.limits.connectTimeout = .milliseconds(Int64(random.pick([1, 50, 1_000])))
    }

    private mutating func drawRogues(_ random: inout RandomSource) {
        for _ in 0..<random.pick([0, 0, 0, 1, 2]) {
            let shortest = random.skewed(1_000...100_000)
            rogues.append(
                RoguePlan(
                    models: models.indices.filter { _ in random.chance(percent: 60) },
                    begin: Instant(nanoseconds: 0) + .microseconds(Int64(random.between(0...2_000_000))),
                    pause: shortest...(shortest * 4), announcesNonsense: random.chance(percent: 50),
                    answersPercent: random.pick([0, 50, 95])))
        }
    }
}
