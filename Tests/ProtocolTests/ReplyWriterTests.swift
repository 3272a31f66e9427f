import SibylJSON
import SibylProtocol
import Testing

/// Replies byte for byte.
@Suite struct ReplyWriterTests {
    private func error(_ error: SibylError, id: String = "") -> String {
        Array(id.utf8).withUnsafeBytes { String(decoding: ReplyWriter.error(error, id: $0), as: UTF8.self) }
    }

    private func ok(_ head: ReplyHead, id: String = "", output: String? = nil) -> String {
        json { writer in
            Array(id.utf8).withUnsafeBytes { id in
                guard let output else { return head.write(id: id, output: nil, to: &writer) }
                Array(output.utf8).withUnsafeBytes { head.write(id: id, output: $0, to: &writer) }
            }
        }
    }

    // MARK: - Errors

    @Test func anErrorSaysWhatAndWhetherToTryAgain() {
        #expect(
            error(SibylError(.modelNotFound, "no model is named 'nobody'"), id: "1")
                == #"{"v":1,"id":1,"status":"error","error":{"code":"model_not_found","message":"no model is named 'nobody'","retryable":false}}"#
        )
        #expect(
            error(SibylError(.overloaded, "full", retryAfterMilliseconds: 250))
                == #"{"v":1,"id":null,"status":"error","error":{"code":"overloaded","message":"full","retryable":true,"retry_after_ms":250}}"#
        )
    }

    @Test func detailsNameEveryPlace() {
        let details = [
            ErrorDetail(path: "/sepal_length", message: "must be above 0, but is -1"),
            ErrorDetail(path: "/a~1b", message: "is \"x\""),
        ]
        #expect(
            error(SibylError(.invalidInput, "2 places", details: details), id: #""a""#)
                == #"{"v":1,"id":"a","status":"error","error":{"code":"invalid_input","message":"2 places","details":[{"path":"/sepal_length","message":"must be above 0, but is -1"},{"path":"/a~1b","message":"is \"x\""}],"retryable":false}}"#
        )
    }

    @Test func aCauseStaysInTheProcess() {
        struct Secret: Error {}
        #expect(
            error(SibylError(.internal, "m", cause: Secret()))
                == #"{"v":1,"id":null,"status":"error","error":{"code":"internal","message":"m","retryable":true}}"#)
    }

    @Test(arguments: ["1", "-0", "18446744073709551616", #""a\u0041\"""#, "\"ä\"", "\"\""])
    func anIDIsEchoedAsItWasSent(_ id: String) {
        #expect(error(SibylError(.internal, ""), id: id).hasPrefix("{\"v\":1,\"id\":\(id),\"status\":\"error\","))
        #expect(ok(ReplyHead(worker: "w"), id: id).hasPrefix("{\"v\":1,\"id\":\(id),\"status\":\"ok\","))
    }

    // MARK: - Outputs

    @Test func aPredictionSaysWhatComputedItAndHowLong() {
        var head = ReplyHead(worker: "python-4711", model: "echo", version: "1.0.0")
        head.timing = Timing(queueMicroseconds: 38, computeMicroseconds: 12, batchSize: 1)
        let start =
            #"{"v":1,"id":1,"status":"ok","model":"echo","version":"1.0.0","worker":"python-4711","timing":{"queue_us":38,"compute_us":12,"batch_size":1},"content_type":"application/json""#
        #expect(ok(head, id: "1", output: #"{"a": 1}"#) == start + #","output":{"a": 1}}"#)
        #expect(ok(head, id: "1") == start + "}")
    }

    @Test func whatIsNoPredictionSaysLess() {
        #expect(
            ok(ReplyHead(worker: "a \"broker\"\n"), output: "null")
                == #"{"v":1,"id":null,"status":"ok","worker":"a \"broker\"\n","content_type":"application/json","output":null}"#
        )
    }

    @Test func itemsOfABatchFailByThemselves() {
        var head = ReplyHead(worker: "w")
        let details = [ErrorDetail(path: "/a", message: "is required and missing")]
        head.itemErrors = [
            ItemError(index: 1, error: SibylError(.invalidInput, "1 place", details: details)),
            ItemError(index: 70, error: SibylError(.predictionFailed, "no")),
        ]
        #expect(
            ok(head, id: "2", output: "[1,null]")
                == #"{"v":1,"id":2,"status":"ok","worker":"w","content_type":"application/json","errors":[{"index":1,"code":"invalid_input","message":"1 place","details":[{"path":"/a","message":"is required and missing"}]},{"index":70,"code":"prediction_failed","message":"no"}],"output":[1,null]}"#
        )
    }

    /// Several replies stand in one buffer, one behind the other.
    @Test func aReplyCanStandBehindAnother() {
        let text = json { writer in
            for _ in 0..<2 {
                writer.beginText()
                ReplyHead(worker: "w").write(id: .init(start: nil, count: 0), output: nil, to: &writer)
            }
        }
        let reply = #"{"v":1,"id":null,"status":"ok","worker":"w","content_type":"application/json"}"#
        #expect(text == reply + reply)
    }
}
