internal import SibylCore
internal import SibylJSON
internal import SibylProtocol

extension FuzzTarget {
    /// An envelope that is taken says what its members say; one that is not is told why, in JSON, with its id.
    static let request = FuzzTarget(name: "request") { bytes in
        for hasPayload in [true, false] {
            do throws(EnvelopeFault) {
                let envelope = try RequestEnvelope(scanning: bytes, hasPayloadFrame: hasPayload)
                guard let members = parsed(bytes)?.object else {
                    return fuzzExpect(false, "an envelope that is no JSON object")
                }
                expect(envelope, in: bytes, toSay: members)
                fuzzExpect(!(hasPayload && envelope.input.isPresent), "an envelope with two inputs")
            } catch {
                expectFault(error, of: bytes)
            }
        }
    }

    private static func expect(
        _ envelope: RequestEnvelope, in bytes: UnsafeRawBufferPointer, toSay members: JSONObject
    ) {
        let texts = [
            "model": envelope.model, "version": envelope.version, "content_type": envelope.contentType,
            "tenant": envelope.tenant, "traceparent": envelope.traceparent, "tracestate": envelope.tracestate,
        ]
        for (name, field) in texts {
            fuzzExpect(field.string(in: bytes).map { .string($0) } == members[name], "'\(name)' is misread")
        }
        for (name, field) in ["id": envelope.id, "input": envelope.input] {
            let value = field.isPresent ? parsed(field.bytes(in: bytes)) : nil
            fuzzExpect(value == members[name], "'\(name)' is not the member's own text")
        }
        fuzzExpect(members["op"] == .string(envelope.operation.wireName), "'op' is misread")
        fuzzExpect(members["batch"]?.bool ?? false == envelope.isBatch, "'batch' is misread")
        fuzzExpect(members["timeout_ms"]?.int64 == envelope.timeoutMilliseconds.map { Int64($0) }, "'timeout_ms'")
        fuzzExpect(members["json_length"]?.int64 == envelope.jsonLength.map { Int64($0) }, "'json_length'")
        fuzzExpect(members["priority"]?.string ?? "interactive" == envelope.priority.wireName, "'priority'")
        fuzzExpect(members["v"].map { $0 == 1 } ?? true, "another version that is taken")
    }

    private static func expectFault(_ fault: EnvelopeFault, of bytes: UnsafeRawBufferPointer) {
        let id = fault.id.map { parsed($0) }
        fuzzExpect(id == nil || id! != nil, "an id that is not JSON")
        fuzzExpect(fault.error.message.utf8.count < 1024, "a message of \(fault.error.message.utf8.count) bytes")
        let reply = (fault.id ?? []).withUnsafeBytes { ReplyWriter.error(fault.error, id: $0) }
        let members = parsed(reply)
        fuzzExpect(members?["status"] == "error", "an error reply that is none")
        fuzzExpect(members?["id"] == (id ?? .null), "an error reply with another id")
        let read = try? reply.withUnsafeBytes { try ReplyEnvelope(parsing: $0) }
        fuzzExpect(read?.error?.code == fault.error.code, "an error reply that says something else")
        fuzzExpect(read?.error?.message == fault.error.message, "an error reply that says something else")
    }

    /// A reply that is taken says what its members say.
    static let reply = FuzzTarget(name: "reply") { bytes in
        guard let envelope = try? ReplyEnvelope(parsing: bytes) else { return }
        guard let members = parsed(bytes)?.object else { return fuzzExpect(false, "a reply that is no JSON object") }
        let texts = [
            "model": envelope.model, "version": envelope.version, "worker": envelope.worker,
            "content_type": envelope.contentType,
        ]
        for (name, text) in texts { fuzzExpect(members[name]?.string == text, "'\(name)' is misread") }
        let output = envelope.output.flatMap { parsed(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        fuzzExpect(output == members["output"], "the output is not the member's own text")
        fuzzExpect(envelope.itemErrors.count == members["errors"]?.array?.count ?? 0, "errors that are lost")
        if let error = members["error"] {
            fuzzExpect(envelope.error != nil, "an error that is lost")
            fuzzExpect(envelope.error?.message == error["message"]?.string ?? "", "an error's message is misread")
            fuzzExpect(envelope.error?.details.count == error["details"]?.array?.count ?? 0, "details that are lost")
        } else {
            let status = members["status"]?.string ?? "ok"
            fuzzExpect((envelope.error != nil) == (status != "ok"), "a reply of status \(status) is misread")
        }
    }

    /// The items of a batch are counted where its bytes are few, whatever is in them.
    static let batchSize = FuzzTarget(name: "batch-size") { bytes in
        let items = BatchSize.estimate(bytes)
        fuzzExpect(items >= 1, "a batch of nothing")
        guard let array = parsed(bytes)?.array else { return }
        fuzzExpect(items == max(1, array.count), "\(array.count) items counted as \(items)")
    }

    /// A header is written as it was read; an announcement says what its members say, and the same when it is told again.
    static let workerMessage = FuzzTarget(name: "worker-message") { bytes in
        fuzzExpect((WorkerMessage.request(of: bytes) != nil) == (bytes.count >= 16), "a request's name is misread")
        let isFailed = bytes.count > 4 && bytes[4] != 0
        switch WorkerMessage.kind(of: bytes) {
        case .dispatch:
            expectHeader(WorkerMessage.Dispatch(reading: bytes).map { written(32, $0.write) }, of: bytes, zeros: 0)
        case .bundle: expectBundle(bytes)
        case .answer:
            let answer = WorkerMessage.Answer(reading: bytes)
            fuzzExpect(answer == nil || !isFailed || answer?.failure != nil, "a failure that is lost")
            if answer?.failure == .internal { return }
            expectHeader(answer.map { written(32, $0.write) }, of: bytes, zeros: 0)
        case .welcome: expectHeader(WorkerMessage.Welcome(reading: bytes)?.bytes, of: bytes, zeros: 4)
        case .pong: expectPong(bytes)
        case .hello: if let announcement = try? WorkerAnnouncement(reading: bytes) { expect(announcement, in: bytes) }
        default: return
        }
    }

    /// - Parameter zeros: how many bytes at the header's end are written as zeros and not read.
    private static func expectHeader(_ copy: [UInt8]?, of bytes: UnsafeRawBufferPointer, zeros: Int) {
        guard let copy else { return }
        // Not all kinds have flags.
        let isSame = bytes[2..<4].elementsEqual(copy[2..<4]) || copy[2..<4].elementsEqual([0, 0])
        fuzzExpect(isSame, "flags that change")
        let end = copy.count - zeros
        fuzzExpect(bytes[4..<end].elementsEqual(copy[4..<end]), "a header that changes")
        fuzzExpect(copy[end...].allSatisfy { $0 == 0 }, "a header that ends otherwise")
    }

    /// What is read is what was written, to the byte at which the bundle breaks off.
    private static func expectBundle(_ bytes: UnsafeRawBufferPointer) {
        var reader = BundleReader(bytes)
        var copy: [UInt8] = Array(bytes.prefix(4))
        while let message = reader.next() {
            copy += withUnsafeBytes(of: UInt32(message.count).littleEndian, Array.init) + Array(message)
        }
        fuzzExpect(bytes.starts(with: copy), "a bundle that changes")
        fuzzExpect(reader.isBroken == (copy.count < bytes.count), "a bundle whose end is misread")
    }

    private static func expectPong(_ bytes: UnsafeRawBufferPointer) {
        guard let pong = WorkerMessage.Pong(reading: bytes) else { return }
        fuzzExpect((pong.residentBytes != nil) == (bytes.count >= 16), "a memory that is lost or made up")
        fuzzExpect(pong.bytes.withUnsafeBytes(WorkerMessage.Pong.init) == pong, "a pong that changes")
    }

    private static func expect(_ announcement: WorkerAnnouncement, in bytes: UnsafeRawBufferPointer) {
        let again = try? announcement.helloBytes().withUnsafeBytes { try WorkerAnnouncement(reading: $0) }
        fuzzExpect(again == announcement, "a hello that changes when it is told again")
        let rest = UnsafeRawBufferPointer(rebasing: bytes[WorkerMessage.Hello.byteCount...])
        let members = parsed(rest)
        fuzzExpect(announcement.name == members?["name"]?.string ?? "", "a worker's name is misread")
        let models = members?["models"]?.array ?? []
        fuzzExpect(models.count == announcement.models.count, "models that are lost or made up")
        for (model, value) in zip(announcement.models, models) {
            fuzzExpect(model.name == value["qualified_name"]?.string, "a model's name is misread")
            fuzzExpect(model.version == value["version"]?.string, "a model's version is misread")
            fuzzExpect(parsed(model.inputSchema) == value["input_schema"] ?? [:], "an input schema is misread")
            fuzzExpect(parsed(model.outputSchema) == value["output_schema"] ?? [:], "an output schema is misread")
        }
    }

    private static func written(_ count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes(write)
        return bytes
    }
}
