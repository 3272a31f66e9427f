import SibylJSON
import SibylProtocol
import Testing

/// What one side writes the other reads.
@Suite struct RoundTripTests {
    private func scanned(_ head: RequestHead) -> EnvelopeFacts? {
        scan(json { head.write(to: &$0) }, hasPayload: true).facts
    }

    @Test func whatIsAtItsDefaultIsLeftOut() {
        #expect(json { RequestHead(.list).write(to: &$0) } == #"{"op":"list"}"#)
        #expect(
            json { RequestHead(.predict, id: 7, model: "m").write(to: &$0) } == #"{"op":"predict","id":7,"model":"m"}"#)
    }

    @Test(arguments: SibylProtocol.Operation.allCases)
    func anOperationIsReadAsItWasWritten(_ operation: SibylProtocol.Operation) {
        let facts = EnvelopeFacts(operation).with {
            $0.id = "18446744073709551615"
            $0.texts["model"] = "m"
        }
        var head = RequestHead(operation, id: .max, model: "m")
        // It is nothing without one.
        if operation == .repository { head.action = .load }
        #expect(scanned(head) == facts)
    }

    @Test(arguments: RepositoryAction.allCases)
    func anActionIsReadAsItWasWritten(_ action: RepositoryAction) throws {
        var head = RequestHead(.repository, model: "m")
        head.action = action
        let bytes = json { head.write(to: &$0) }
        let envelope = try Array(bytes.utf8).withUnsafeBytes { try RequestEnvelope(scanning: $0) }
        #expect(envelope.action == action)
    }

    @Test(arguments: ["iris_model", "", "a \"quoted\" \\ name\n\t\u{1}", "ä€😀", "\u{7f}\u{ffff}"])
    func everyFieldIsReadAsItWasWritten(_ text: String) {
        var head = RequestHead(.predict, id: 0, model: text)
        head.version = text + "1"
        head.timeoutMilliseconds = 86_400_000
        head.contentType = text + "2"
        head.jsonLength = 4_294_967_295
        head.isBatch = true
        head.priority = .bulk
        head.tenant = text + "3"
        head.traceparent = text + "4"
        head.tracestate = text + "5"
        let facts = EnvelopeFacts(.predict).with {
            $0.id = "0"
            $0.texts["model"] = text
            $0.texts["version"] = text + "1"
            $0.timeoutMilliseconds = 86_400_000
            $0.texts["content_type"] = text + "2"
            $0.jsonLength = .max
            $0.isBatch = true
            $0.priority = .bulk
            $0.texts["tenant"] = text + "3"
            $0.texts["traceparent"] = text + "4"
            $0.texts["tracestate"] = text + "5"
        }
        #expect(scanned(head) == facts)
    }

    @Test(arguments: ErrorCode.allCases)
    func anErrorIsReadAsItWasWritten(_ code: ErrorCode) throws {
        let details = [ErrorDetail(path: "/a~1b/0", message: "\"\\\n😀"), ErrorDetail(path: "", message: "")]
        let error = SibylError(code, "what\u{0} went wrong", details: details, retryAfterMilliseconds: 12)
        let bytes = Array("77".utf8).withUnsafeBytes { ReplyWriter.error(error, id: $0) }
        let reply = try bytes.withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
        #expect(reply.id == 77)
        #expect(reply.error?.code == code && reply.error?.message == error.message)
        #expect(reply.error?.details == details && reply.error?.retryAfterMilliseconds == 12)
    }

    @Test(arguments: ContentType.allCases)
    func aContentTypeIsReadAsItWasWritten(_ type: ContentType) throws {
        var head = ReplyHead(worker: "w")
        head.contentType = type
        head.jsonLength = 7
        var writer = JSONWriter()
        head.write(id: .init(start: nil, count: 0), output: nil, to: &writer)
        let reply = try writer.bytes.withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
        #expect(reply.contentType == "\(type.name)")
        #expect(reply.jsonLength == (type == .openInferenceBinary ? 7 : nil))
        let name = Array("\(type.name)".utf8)
        #expect(name.withUnsafeBytes { ContentType(name: $0) } == type)
        #expect(name.dropLast().withUnsafeBytes { ContentType(name: $0) } == nil)
    }

    @Test func aPredictionIsReadAsItWasWritten() throws {
        var head = ReplyHead(worker: "ä", model: "m\"", version: "1.2.3")
        head.timing = Timing(queueMicroseconds: 1, computeMicroseconds: .max, batchSize: 64)
        head.itemErrors = [ItemError(index: 3, error: SibylError(.invalidInput, "m"))]
        var writer = JSONWriter()
        let output = Array("[1,null]".utf8)
        output.withUnsafeBytes { head.write(id: .init(start: nil, count: 0), output: $0, to: &writer) }
        let bytes = writer.bytes
        let reply = try bytes.withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
        #expect(reply.id == nil && reply.error == nil)
        #expect(reply.worker == "ä" && reply.model == "m\"" && reply.version == "1.2.3")
        #expect(reply.timing == head.timing)
        #expect(reply.itemErrors.map(\.index) == [3])
        #expect(reply.output.map { Array(bytes[$0]) } == output)
    }
}
