internal import SibylJSON
internal import SibylProtocol

/// What a broker's shell knows of its process, for `stats`.
package struct ProcessFacts: Sendable {
    /// Clients that are connected and have asked for something.
    package var clients: Int
    /// The process's resident memory.
    package var residentBytes: UInt64

    package init(clients: Int, residentBytes: UInt64) {
        self.clients = clients
        self.residentBytes = residentBytes
    }
}

/// The payload of `stats`: what an operator watches.
extension BrokerCore {
    /// - Parameter process: what the shell knows of its own process.
    package func statsReport(_ identity: BrokerIdentity, _ process: ProcessFacts, at now: Instant) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("name")
        writer.string(identity.name)
        writer.key("version")
        writer.string(identity.version)
        writer.key("uptime_ms")
        writer.integer((now - started).milliseconds)
        writer.key("resident_bytes")
        writer.integer(process.residentBytes)
        writer.key("clients")
        writer.integer(process.clients)
        writer.key("received")
        writer.integer(statistics.received)
        writer.key("queued")
        writer.integer(directory.services.reduce(0) { $0 + $1.queue.count })
        writer.key("in_flight")
        writer.integer(directory.services.reduce(0) { $0 + $1.statistics.inFlight })
        writer.key("refused")
        write(failures: statistics.refused, to: &writer)
        writer.key("dropped")
        writeDropped(to: &writer)
        writer.key("disconnected")
        writer.integer(statistics.disconnected)
        writer.key("workers_lost")
        writer.integer(statistics.workersLost)
        writer.key("models")
        writer.beginArray()
        for service in directory.services { write(service, at: now, to: &writer) }
        writer.endArray()
        writer.key("workers")
        writer.beginArray()
        for worker in workers.connected { write(workers[worker], at: now, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func writeDropped(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("answers")
        writer.integer(statistics.answersDropped)
        writer.key("replies")
        writer.integer(statistics.repliesDropped)
        writer.key("worker_messages")
        writer.integer(statistics.workerNonsense)
        writer.endObject()
    }

    /// Codes that never occurred are left out.
    private func write(failures: FailureCounts, to writer: inout JSONWriter) {
        writer.beginObject()
        for code in ErrorCode.allCases where failures[code] > 0 {
            writer.key(code.wireName)
            writer.integer(failures[code])
        }
        writer.endObject()
    }

    private func write(_ service: Service, at now: Instant, to writer: inout JSONWriter) {
        let statistics = service.statistics
        writer.beginObject()
        writer.key("qualified_name")
        writer.string(service.model.name)
        writer.key("version")
        writer.string(service.model.version)
        writer.key("state")
        writer.string(service.isReady ? "ready" : "unavailable")
        writer.key("workers")
        writer.integer(service.workers.count)
        writer.key("queued")
        writer.integer(service.queue.count)
        writer.key("queued_bytes")
        writer.integer(service.queue.bytes)
        writer.key("in_flight")
        writer.integer(statistics.inFlight)
        writer.key("accepted")
        writer.integer(statistics.accepted)
        writer.key("answered")
        writer.integer(statistics.done)
        writer.key("failed")
        write(failures: statistics.failed, to: &writer)
        writer.key("expired")
        writer.integer(statistics.failed[.deadlineExceeded])
        writer.key("retried")
        writer.integer(statistics.retried)
        writer.key("dropped")
        writer.integer(statistics.dropped)
        writer.key("per_second")
        writer.integer(Int(statistics.rate.perSecond(at: now) ?? 0))
        writer.key("latency_us")
        write(statistics.latency, to: &writer)
        writer.key("queue_us")
        write(statistics.queueTime, to: &writer)
        writer.key("compute_us")
        write(statistics.computeTime, to: &writer)
        writer.endObject()
    }

    private func write(_ spans: SpanHistogram, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, percentile) in [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p999", 99.9)] {
            writer.key(name)
            writer.integer(spans.microseconds(at: percentile))
        }
        writer.key("max")
        writer.integer(spans.longestMicroseconds)
        writer.endObject()
    }

    private func write(_ worker: WorkerRecord, at now: Instant, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(worker.name)
        writer.key("process")
        writer.integer(worker.process)
        writer.key("state")
        writer.string(worker.isDraining ? "draining" : "ready")
        writer.key("capacity")
        writer.integer(worker.capacity)
        writer.key("in_flight")
        writer.integer(worker.inFlight)
        writer.key("done")
        writer.integer(worker.done)
        writer.key("failed")
        write(failures: worker.failed, to: &writer)
        writer.key("per_second")
        writer.integer(Int(worker.rate.perSecond(at: now) ?? 0))
        writer.key("compute_us")
        write(worker.computeTime, to: &writer)
        if let bytes = worker.residentBytes {
            writer.key("resident_bytes")
            writer.integer(bytes)
        }
        writer.key("connected_ms")
        writer.integer((now - worker.joined).milliseconds)
        writer.key("silent_ms")
        writer.integer((now - worker.lastHeard).milliseconds)
        writer.endObject()
    }
}
