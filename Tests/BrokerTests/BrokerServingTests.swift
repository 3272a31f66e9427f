import SibylBroker
import SibylCore
import SibylProtocol
import Testing

@Suite struct BrokerServingTests {
    @Test func twoFramesCrossUntouchedAndComeBack() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        let envelope = #"{"op":"predict","model":"m","id":5,"timeout_ms":5000}"#
        client.send(envelope, "payload")
        let dispatched = try #require(Dispatched(try worker.receive()))
        #expect(dispatched.envelope == envelope)
        #expect(dispatched.payload == "payload")
        #expect(dispatched.header.attempt == 1)
        #expect(dispatched.header.timeLeft <= 5_000_000)
        worker.send(dispatched.answer(#"{"v":1,"id":5,"status":"ok"}"#, "output"))
        let reply = try client.receive().map { String(decoding: $0, as: UTF8.self) }
        #expect(reply == [#"{"v":1,"id":5,"status":"ok"}"#, "output"])
    }

    @Test func oneFrameCrossesUntouchedAndComesBack() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m","input":[1]}"#)
        let dispatched = try #require(Dispatched(try worker.receive()))
        #expect(dispatched.envelope.isEmpty)
        #expect(dispatched.payload == #"{"op":"predict","model":"m","input":[1]}"#)
        worker.send(dispatched.answer(#"{"v":1,"id":null,"status":"ok","output":[1]}"#, ""))
        #expect(try Reply(try client.receive()).envelope.output != nil)
    }

    /// A short payload crosses in one frame with its header, a long one by itself; the worker answers either way.
    @Test(arguments: [0, 7, WorkerMessage.joinedBytes, WorkerMessage.joinedBytes + 1, 100_000], [true, false])
    func shortPayloadsAreJoined(_ count: Int, _ isAnswerJoined: Bool) throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        let payload = String(repeating: "p", count: count)
        client.send(#"{"op":"predict","model":"m"}"#, payload)
        let dispatched = try #require(Dispatched(try worker.receive()))
        #expect(dispatched.isJoined == (count <= WorkerMessage.joinedBytes))
        #expect(dispatched.envelope == #"{"op":"predict","model":"m"}"#)
        #expect(dispatched.payload == payload)
        worker.send(dispatched.answer(#"{"v":1,"id":null,"status":"ok"}"#, payload, joined: isAnswerJoined))
        let reply = try client.receive().map { String(decoding: $0, as: UTF8.self) }
        #expect(reply == [#"{"v":1,"id":null,"status":"ok"}"#, payload])
    }

    @Test(arguments: [10, 5_000], [true, false])
    func oneFrameIsJoinedToo(_ count: Int, _ isAnswerJoined: Bool) throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        let request = #"{"op":"predict","model":"m","input":"\#(String(repeating: "p", count: count))"}"#
        client.send(request)
        let dispatched = try #require(Dispatched(try worker.receive()))
        #expect(dispatched.isJoined == (count == 10) && dispatched.envelope.isEmpty && dispatched.payload == request)
        worker.send(dispatched.answer(#"{"v":1,"id":null,"status":"ok"}"#, "", joined: isAnswerJoined))
        #expect(try client.receive() == [Array(#"{"v":1,"id":null,"status":"ok"}"#.utf8)])
    }

    /// Many at once leave and come in bundles, in order, with nothing lost and a long one between them.
    @Test func aBurstTravelsInBundles() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker(capacity: 1_000)
        let client = try fixture.client()
        let payloads = (0..<200).map { $0 == 100 ? String(repeating: "long", count: 1_000) : "payload \($0)" }
        for (number, payload) in payloads.enumerated() {
            client.send(#"{"op":"predict","model":"m","id":\#(number)}"#, payload)
        }
        var bundle = MessageBundle()
        for payload in payloads {
            let dispatched = try #require(Dispatched(try worker.receive()))
            #expect(dispatched.payload == payload)
            let reply = #"{"v":1,"id":null,"status":"ok"}"#
            let answer = dispatched.answer(reply, payload, joined: payload.utf8.count < 100)
            if answer.count == 2 {
                worker.send([Array(bundle.frame)])
                bundle.removeAll()
                worker.send(answer)
            } else {
                bundle.append(byteCount: answer[0].count) { $0.copyBytes(from: answer[0]) }
            }
        }
        worker.send([Array(bundle.frame)])
        for payload in payloads { #expect(try Reply(try client.receive()).payload == payload) }
        #expect(worker.bundles > 0)
    }

    /// What is whole in a bundle counts; the rest, and a bundle with a frame behind it, is nobody's.
    @Test func aBundleThatEndsWithinAMessageIsReadAsFarAsItIsWhole() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m"}"#, "1")
        client.send(#"{"op":"predict","model":"m"}"#, "2")
        let (one, two) = (
            try #require(Dispatched(try worker.receive())), try #require(Dispatched(try worker.receive()))
        )
        var bundle = MessageBundle()
        for dispatched in [one, two] {
            let answer = dispatched.answer(#"{"v":1,"id":null,"status":"ok"}"#, dispatched.payload, joined: true)[0]
            bundle.append(byteCount: answer.count) { $0.copyBytes(from: answer) }
        }
        worker.send([Array(bundle.frame), [1]])
        worker.send([Array(bundle.frame.dropLast())])
        #expect(try Reply(try client.receive()).payload == "1")
        worker.send(two.answer(#"{"v":1,"id":null,"status":"ok"}"#, "2", joined: true))
        #expect(try Reply(try client.receive()).payload == "2")
        #expect(try client.ask(#"{"op":"stats"}"#).text.contains(#""worker_messages":2"#))
    }

    /// The request stays the worker's; its next answer counts.
    @Test func aJoinedAnswerThatIsShorterThanItSaysIsNone() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m"}"#, "1")
        let dispatched = try #require(Dispatched(try worker.receive()))
        worker.send(dispatched.answer("{}", "wrong", joined: true, claimed: 8))
        worker.send(dispatched.answer("{}", "wrong", joined: true, claimed: .max))
        worker.send(dispatched.answer(#"{"v":1,"id":null,"status":"ok"}"#, "right", joined: true))
        #expect(try Reply(try client.receive()).payload == "right")
    }

    @Test func aDelimiterIsMirrored() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send("", #"{"op":"predict","model":"m"}"#, "1")
        let dispatched = try #require(Dispatched(try worker.receive()))
        worker.send(dispatched.answer(#"{"v":1,"id":null,"status":"ok"}"#, "2"))
        let reply = try client.receive()
        #expect(reply.count == 3)
        #expect(reply[0].isEmpty)
        #expect(try client.ask("", #"{"op":"fly"}"#).frames.count == 2)
    }

    @Test func aNameWithEscapesIsTheNameThatItMeans() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"\u006d"}"#, "1")
        #expect(Dispatched(try worker.receive())?.payload == "1")
    }

    @Test func listAndMetadataTellWhatWorkersAnnounced() throws {
        let fixture = try BrokerFixture()
        let model = WorkerAnnouncement.Model(
            name: "iris", version: "0.1.0", displayName: "Iris", description: "Flowers",
            inputSchema: Array(#"{"type":"object"}"#.utf8), outputSchema: Array(#"{"type":"string"}"#.utf8))
        let worker = try fixture.worker(models: [model])
        let client = try fixture.client()
        let list = try client.ask(#"{"op":"list"}"#, "")
        #expect(
            list.payload
                == #"{"models":[{"qualified_name":"iris","display_name":"Iris","description":"Flowers","version":"0.1.0","major_version":0,"minor_version":1,"versions":["0.1.0"],"state":"ready"}]}"#
        )
        let metadata = try client.ask(#"{"op":"metadata","model":"iris"}"#, "")
        #expect(metadata.payload.hasSuffix(#""input_schema":{"type":"object"},"output_schema":{"type":"string"}}"#))
        withExtendedLifetime(worker) {}
    }

    @Test func healthFollowsTheWorkers() throws {
        let fixture = try BrokerFixture()
        let client = try fixture.client()
        #expect(try client.ask(#"{"op":"health"}"#, "").payload.contains(#""status":"starting""#))
        let worker = try fixture.worker()
        #expect(try client.ask(#"{"op":"health"}"#, "").payload.contains(#""status":"ready""#))
        worker.send([WorkerMessage.bytes(.goodbye)])
        // The goodbye and the question travel on different connections.
        for _ in 0..<1000 where try client.ask(#"{"op":"health"}"#, "").payload.contains(#""status":"ready""#) {}
        #expect(try client.ask(#"{"op":"health"}"#, "").payload.contains(#""status":"degraded""#))
        #expect(try client.ask(#"{"op":"predict","model":"m","input":1}"#).code == .unavailable)
    }

    @Test func aDisconnectedWorkersRequestsGoToAnother() throws {
        let fixture = try BrokerFixture()
        let client = try fixture.client()
        do {
            let doomed = try fixture.worker()
            client.send(#"{"op":"predict","model":"m","id":1}"#, "x")
            #expect(Dispatched(try doomed.receive()) != nil)
        }
        let other = try fixture.worker()
        let dispatched = try #require(Dispatched(try other.receive()))
        #expect(dispatched.header.attempt == 2)
        #expect(dispatched.payload == "x")
        other.send(dispatched.answer(#"{"v":1,"id":1,"status":"ok"}"#, "y"))
        #expect(try Reply(try client.receive()).payload == "y")
    }

    @Test func aStrangerOnTheWorkerSideIsAskedWhoItIsAndGarbageIsCounted() throws {
        let fixture = try BrokerFixture()
        let stranger = try Peer(connectingTo: fixture.broker.backend, in: fixture.context)
        stranger.send("garbage", "and", "more")
        stranger.send([WorkerMessage.bytes(.pong)])
        #expect(try stranger.receive() == [WorkerMessage.bytes(.introduce)])
        let client = try fixture.client()
        #expect(try client.ask(#"{"op":"stats"}"#, "").payload.contains(#""worker_messages":1"#))
    }

    @Test func aWorkerIsToldThatAClientIsGone() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let request: UInt64
        do {
            let leaver = try fixture.client()
            leaver.send(#"{"op":"predict","model":"m","id":1}"#, "x")
            request = try #require(Dispatched(try worker.receive())).header.request
        }
        #expect(try worker.receive() == [WorkerMessage.bytes(.cancel, request: request)])
        let client = try fixture.client()
        let stats = try client.ask(#"{"op":"stats"}"#, "").payload
        #expect(stats.contains(#""disconnected":1"#))
        #expect(stats.contains(#""clients":1"#))
    }

    @Test func theEndOfAnOldConnectionIsNotThatOfAClientThatCameBack() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker(capacity: 8)
        var former: Peer? = try fixture.client(named: "back")
        former?.send(#"{"op":"list"}"#)
        _ = try former?.receive()
        former = nil
        // The old connection's name is free once its end was noticed; until then the newcomer is not heard.
        let client = try fixture.client(named: "back")
        client.send(#"{"op":"predict","model":"m","id":1}"#, "x")
        let dispatched = try #require(Dispatched(try worker.receive()))
        worker.send(dispatched.answer(#"{"v":1,"id":1,"status":"ok"}"#, "y"))
        #expect(try Reply(try client.receive()).payload == "y")
    }

    /// Wherever a large part of a reply stands.
    @Test(arguments: [(1, 1 << 19), (1 << 19, 1)], [false, true])
    func whatAClientDoesNotReadIsBoundedInBytes(_ counts: (envelope: Int, payload: Int), _ isJoined: Bool) throws {
        let fixture = try BrokerFixture { $0.messageBytes = 1 << 20 }
        let worker = try fixture.worker()
        let deaf = try fixture.client(isDeaf: true)
        let payload = String(repeating: "x", count: counts.payload)
        let space = String(repeating: " ", count: counts.envelope)
        // 32 MB; the system's buffers hold some of it, and the broker 4.
        for id in 0..<64 {
            deaf.send(#"{"op":"predict","model":"m","id":\#(id)}"#, "x")
            let dispatched = try #require(Dispatched(try worker.receive()))
            worker.send(dispatched.answer(#"{"v":1,"id":\#(id),"status":"ok"\#(space)}"#, payload, joined: isJoined))
        }
        let client = try fixture.client()
        let dropped = try client.ask(#"{"op":"stats"}"#, "").payload
        #expect(!dropped.contains(#""replies":0"#))
        #expect(try Reply(try deaf.receive()).payload == payload)
    }

    @Test(arguments: [true, false])
    func whatTheBrokerItselfRepliesIsBoundedTheSame(_ hasTwoFrames: Bool) throws {
        let fixture = try BrokerFixture { $0.messageBytes = 1 << 20 }
        let schema = Array((#"{"title":""# + String(repeating: "x", count: 1 << 19) + #""}"#).utf8)
        _ = try fixture.worker(models: [WorkerAnnouncement.Model(name: "m", version: "1.0.0", inputSchema: schema)])
        let deaf = try fixture.client(isDeaf: true)
        let request = [#"{"op":"metadata","model":"m"}"#] + (hasTwoFrames ? [""] : [])
        for _ in 0..<64 { deaf.send(request.map { Array($0.utf8) }) }
        let client = try fixture.client()
        func isNoneDropped() throws -> Bool {
            try client.ask(#"{"op":"stats"}"#, "").payload.contains(#""replies":0"#)
        }
        // Until the broker has come to the last of them.
        for _ in 0..<10_000 where try isNoneDropped() {}
        #expect(try !isNoneDropped())
    }

    /// What one event brings about may be more than is to gather: nothing of it is lost, and all is in order.
    @Test func thousandsThatAWorkerHeldGoToAnotherAndBack() throws {
        let fixture = try BrokerFixture { $0.limits.orphanGrace = .milliseconds(50) }
        let former = try fixture.worker(capacity: 2_000)
        let client = try fixture.client()
        for id in 0..<2_000 { client.send(#"{"op":"predict","model":"m","id":\#(id)}"#, "\(id)") }
        for id in 0..<2_000 { #expect(Dispatched(try former.receive())?.payload == "\(id)") }
        let worker = try fixture.worker(capacity: 2_000)
        former.send([WorkerMessage.bytes(.goodbye)])
        for id in 0..<2_000 { #expect(Dispatched(try worker.receive())?.payload == "\(id)") }
        worker.send([WorkerMessage.bytes(.goodbye)])
        var refused: Set<UInt64> = []
        for _ in 0..<2_000 {
            let reply = try Reply(try client.receive())
            if reply.code == .workerLost, let id = reply.envelope.id { refused.insert(id) }
        }
        #expect(refused.count == 2_000)
    }

    @Test func aClientThatLeftHarmsNobody() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        do {
            let leaver = try fixture.client()
            leaver.send(#"{"op":"predict","model":"m","id":1}"#, "x")
            let dispatched = try #require(Dispatched(try worker.receive()))
            worker.send(dispatched.answer(#"{"v":1,"id":1,"status":"ok"}"#, "y"))
            _ = try leaver.receive()
            leaver.send(#"{"op":"predict","model":"m","id":2}"#, "x")
        }
        let dispatched = try #require(Dispatched(try worker.receive()))
        worker.send(dispatched.answer(#"{"v":1,"id":2,"status":"ok"}"#, "y"))
        let client = try fixture.client()
        #expect(try client.ask(#"{"op":"list"}"#).code == nil)
    }

    @Test func aDeadlineIsKeptWhileTheWorkerComputes() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m","id":1,"timeout_ms":50}"#, "x")
        let dispatched = try #require(Dispatched(try worker.receive()))
        #expect(try Reply(try client.receive()).code == .deadlineExceeded)
        #expect(try worker.receive() == [WorkerMessage.bytes(.cancel, request: dispatched.header.request)])
    }

    @Test func aCancelledRequestIsAnsweredOnce() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m","id":"a"}"#, "x")
        let dispatched = try #require(Dispatched(try worker.receive()))
        client.send(#"{"op":"cancel","id":"a"}"#)
        #expect(try Reply(try client.receive()).code == .cancelled)
        worker.send(dispatched.answer(#"{"v":1,"id":"a","status":"ok"}"#, "late"))
        #expect(try client.ask(#"{"op":"list","id":9}"#).envelope.id == 9)
    }

    @Test func aDrainingBrokerSaysSoAndEndsWhenAllIsAnswered() throws {
        let fixture = try BrokerFixture()
        let worker = try fixture.worker()
        let client = try fixture.client()
        client.send(#"{"op":"predict","model":"m","id":1}"#, "x")
        let dispatched = try #require(Dispatched(try worker.receive()))
        fixture.broker.drain()
        for _ in 0..<1000 where !(try client.ask(#"{"op":"health"}"#, "").payload.contains("draining")) {}
        #expect(try client.ask(#"{"op":"predict","model":"m","input":1}"#).code == .unavailable)
        worker.send(dispatched.answer(#"{"v":1,"id":1,"status":"ok"}"#, "y"))
        #expect(try Reply(try client.receive()).payload == "y")
        fixture.broker.wait()
    }
}
