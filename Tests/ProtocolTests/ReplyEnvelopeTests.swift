import SibylJSON
import SibylProtocol
import Testing

/// Replies as a client reads them.
@Suite struct ReplyEnvelopeTests {
    private func read(_ json: String) throws -> ReplyEnvelope {
        try Array(json.utf8).withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
    }

    // MARK: - Success

    @Test func everyFieldIsRead() throws {
        let json = #"""
            {"v": 1, "id": 7, "status": "ok", "model": "ech\u006f", "version": "1.0.0", "worker": "w-1",
             "timing": {"queue_us": 38, "compute_us": 12, "batch_size": 3}, "content_type": "application/json",
             "output": {"a": [1, 2]} }
            """#
        let reply = try read(json)
        #expect(reply.id == 7)
        #expect(reply.error == nil)
        #expect(reply.model == "echo" && reply.version == "1.0.0" && reply.worker == "w-1")
        #expect(reply.timing == Timing(queueMicroseconds: 38, computeMicroseconds: 12, batchSize: 3))
        #expect(reply.contentType == "application/json")
        let output = try #require(reply.output)
        #expect(String(decoding: Array(json.utf8)[output], as: UTF8.self) == #"{"a": [1, 2]}"#)
    }

    @Test func whatIsLeftOutIsAbsent() throws {
        let reply = try read(#"{"status": "ok"}"#)
        #expect(reply.id == nil && reply.error == nil && reply.itemErrors.isEmpty && reply.output == nil)
        #expect(reply.model == nil && reply.version == nil && reply.worker == nil && reply.contentType == nil)
        #expect(reply.timing == Timing())
    }

    @Test func unknownFieldsAreIgnored() throws {
        let reply = try read(
            #"{"status": "ok", "gpu": {"id": 5}, "timing": {"gpu_us": "x", "queue_us": 4}, "id": 3, "Status": 1}"#)
        #expect(reply.id == 3 && reply.error == nil && reply.timing.queueMicroseconds == 4)
    }

    /// The client's own ids are numbers of 64 bits; what else comes is none of its own.
    @Test(arguments: [
        ("0", 0), ("18446744073709551615", UInt64.max), ("18446744073709551616", nil), ("-1", nil), ("null", nil),
        ("\"7\"", nil), ("1.5", nil), ("[7]", nil),
    ])
    func anIDOfOursIsANumber(_ text: String, _ id: UInt64?) throws {
        #expect(try read("{\"id\":\(text),\"status\":\"ok\"}").id == id)
    }

    // MARK: - Failure

    @Test func anErrorIsReadWithAllItsMembers() throws {
        let reply = try read(
            #"""
            {"v": 1, "id": 1, "status": "error", "error": {"code": "overloaded", "message": "the queue is \"full\"",
             "retryable": true, "retry_after_ms": 250, "details": [{"path": "/a", "message": "m"}, {"path": ""}]}}
            """#)
        let error = try #require(reply.error)
        #expect(error.code == .overloaded && error.isRetryable)
        #expect(error.message == "the queue is \"full\"")
        #expect(error.retryAfterMilliseconds == 250)
        #expect(error.details == [ErrorDetail(path: "/a", message: "m"), ErrorDetail(path: "", message: "")])
    }

    @Test(arguments: ErrorCode.allCases)
    func everyCodeIsKnown(_ code: ErrorCode) throws {
        let reply = try read(#"{"status":"error","error":{"code":"\#(code.wireName)","message":"m"}}"#)
        #expect(reply.error?.code == code)
    }

    @Test(arguments: [
        #"{"status": "error", "error": {"code": "teapot", "message": "m"}}"#, #"{"status": "error", "error": {}}"#,
        #"{"status": "error"}"#, #"{"status": "maybe"}"#,
    ])
    func whatTheClientDoesNotKnowIsInternal(_ json: String) throws {
        #expect(try read(json).error?.code == .internal)
    }

    @Test func itemsOfABatchFailByThemselves() throws {
        let reply = try read(
            #"""
            {"status": "ok", "errors": [
              {"index": 1, "code": "invalid_input", "message": "m", "details": [{"path": "/a", "message": "n"}]},
              {"index": 7, "code": "prediction_failed", "message": "x"}], "output": [1, null]}
            """#)
        #expect(reply.error == nil)
        #expect(reply.itemErrors.map(\.index) == [1, 7])
        #expect(reply.itemErrors.map(\.error.code) == [.invalidInput, .predictionFailed])
        #expect(reply.itemErrors.map(\.error.details.count) == [1, 0])
    }

    @Test func ofAMemberThatStandsTwiceTheLastOneCounts() throws {
        let reply = try read(
            #"{"status":"error","status":"ok","model":"a","model":"b","errors":[{"index":1}],"errors":[],"id":1,"id":"x"}"#
        )
        #expect(reply.error == nil && reply.model == "b" && reply.itemErrors.isEmpty)
    }

    // MARK: - What is no reply

    @Test(arguments: [
        "", "[]", "null", "{", "{}x", #"{"status": 1}"#, #"{"status": null}"#, #"{"model": 1}"#, #"{"error": null}"#,
        #"{"error": {"code": 1}}"#, #"{"error": {"retry_after_ms": 0.5}}"#, #"{"errors": {}}"#, #"{"errors": [1]}"#,
        #"{"errors": [{"index": "1"}]}"#, #"{"timing": []}"#, #"{"timing": {"queue_us": 9223372036854775808}}"#,
        #"{"error": {"details": [{"path": 1}]}}"#, #"{"id": 1e999}"#,
    ])
    func whatIsNoReplyIsRefused(_ json: String) {
        #expect(throws: JSONError.self) { try read(json) }
    }
}
