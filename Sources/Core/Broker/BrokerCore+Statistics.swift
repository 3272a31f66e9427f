internal import Histogram
internal import SibylJSON
internal import SibylProtocol

/// The payload of `stats`: what an operator watches.
extension BrokerCore {
    package func statsReport(_ identity: BrokerIdentity, at now: Instant) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("name")
        writer.string(identity.name)
        writer.key("version")
        writer.string(identity.version)
        writer.key("uptime_ms")
        writer.integer((now - started).milliseconds)
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
    private func write(failures: [UInt64], to writer: inout JSONWriter) {
        writer.beginObject()
        for code in ErrorCode.allCases where failures[Int(code.rawValue)] > 0 {
            writer.key(code.wireName)
            writer.integer(failures[Int(code.rawValue)])
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
        writer.key("retried")
        writer.integer(statistics.retried)
        writer.key("per_second")
        writer.integer(Int(statistics.rate.perSecond(at: now) ?? 0))
        writer.key("latency_us")
        write(statistics.latency, to: &writer)
        writer.endObject()
    }

    private func write(_ latency: Histogram<UInt64>, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, percentile) in [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p999", 99.9)] {
            writer.key(name)
            writer.integer(latency.totalCount == 0 ? 0 : latency.valueAtPercentile(percentile))
        }
        writer.key("max")
        writer.integer(latency.totalCount == 0 ? 0 : latency.max)
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
        writer.integer(worker.failed)
        writer.key("connected_ms")
        writer.integer((now - worker.joined).milliseconds)
        writer.key("silent_ms")
        writer.integer((now - worker.lastHeard).milliseconds)
        writer.endObject()
    }
}
