internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylClient

/// `GET /metrics`, for Prometheus: what the gateway counts, and the broker's `stats`.
struct MetricsRoute: RouteGroup {
    /// Prometheus waits for 10 s by default; what the gateway itself counts should get there then.
    private static let timeout = Duration.seconds(3)

    private let services: GatewayServices

    init(_ services: GatewayServices) {
        self.services = services
    }

    func add(to router: Router<GatewayContext>) {
        router.get("metrics") { _, _ in
            var text = PrometheusText()
            text.write(services.counters.snapshot)
            let stats = try? await services.client.stats(timeout: Self.timeout)
            text.metric("sibyl_up", .gauge, "Whether the broker told its statistics.")
            text.sample("sibyl_up", stats == nil ? "0" : "1")
            if let stats { text.write(broker: stats) }
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: NIOCore.ByteBuffer(string: text.text)))
        }
    }
}

extension PrometheusText {
    mutating func write(_ counts: GatewayCounters.Counts) {
        metric("sibyl_http_requests_in_flight", .gauge, "Requests that wait for an answer.")
        sample("sibyl_http_requests_in_flight", "\(counts.inFlight)")
        metric("sibyl_http_requests_total", .counter, "Requests that were answered.")
        for (key, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
            let labels = [("route", key.route), ("method", key.method), ("status", "\(key.status)")]
            sample("sibyl_http_requests_total", labels, "\(count)")
        }
        let name = "sibyl_http_request_duration_seconds"
        metric(name, .histogram, "From a request's head to the answer's.")
        for (route, durations) in counts.durations.sorted(by: { $0.key < $1.key }) {
            var count = 0
            for (bound, inBucket) in zip(GatewayCounters.bounds, durations.buckets) {
                count += inBucket
                sample(name + "_bucket", [("route", route), ("le", bound.label)], "\(count)")
            }
            sample(name + "_bucket", [("route", route), ("le", "+Inf")], "\(durations.count)")
            sample(name + "_sum", [("route", route)], Self.seconds(durations.nanoseconds, digits: 9))
            sample(name + "_count", [("route", route)], "\(durations.count)")
        }
    }

    /// - Parameter stats: the report of the wire protocol's `stats`.
    mutating func write(broker stats: JSONValue) {
        metric("sibyl_broker_clients", .gauge, "Connected clients of the broker.")
        sample("sibyl_broker_clients", Self.number(stats["clients"]))
        metric("sibyl_broker_resident_bytes", .gauge, "The broker's resident memory.")
        sample("sibyl_broker_resident_bytes", Self.number(stats["resident_bytes"]))
        metric("sibyl_workers", .gauge, "Connected workers.")
        sample("sibyl_workers", "\(stats["workers"]?.array?.count ?? 0)")
        metric("sibyl_workers_lost_total", .counter, "Workers that were lost.")
        sample("sibyl_workers_lost_total", Self.number(stats["workers_lost"]))
        metric("sibyl_refused_total", .counter, "Requests that the broker took for no model.")
        for (code, count) in stats["refused"]?.object ?? [:] {
            sample("sibyl_refused_total", [("code", code)], Self.number(count))
        }
        write(models: stats["models"]?.array ?? [])
    }

    private mutating func write(models: [JSONValue]) {
        let members: [(key: String, name: String, kind: Kind, help: String)] = [
            ("workers", "sibyl_model_workers", .gauge, "Workers that serve the version."),
            ("queued", "sibyl_model_queued", .gauge, "Requests in its queue."),
            ("queued_bytes", "sibyl_model_queued_bytes", .gauge, "What they hold."),
            ("in_flight", "sibyl_model_in_flight", .gauge, "Requests at its workers."),
            ("accepted", "sibyl_model_accepted_total", .counter, "Requests that were taken."),
            ("answered", "sibyl_model_answered_total", .counter, "Requests that were answered, failures too."),
            ("retried", "sibyl_model_retried_total", .counter, "Requests that another worker was asked again."),
        ]
        for member in members {
            metric(member.name, member.kind, member.help)
            for model in models { sample(member.name, Self.labels(of: model), Self.number(model[member.key])) }
        }
        metric("sibyl_model_failed_total", .counter, "Requests that failed.")
        for model in models {
            for (code, count) in model["failed"]?.object ?? [:] {
                sample("sibyl_model_failed_total", Self.labels(of: model) + [("code", code)], Self.number(count))
            }
        }
        write(quantiles: models)
    }

    /// As gauges: the broker tells quantiles without the sums that a summary would need.
    private mutating func write(quantiles models: [JSONValue]) {
        for (key, name) in [("latency_us", "latency"), ("queue_us", "queue_time"), ("compute_us", "compute_time")] {
            let name = "sibyl_model_\(name)_seconds"
            metric(name, .gauge, "Quantiles of recent requests.")
            for model in models {
                for (member, quantile) in [("p50", "0.5"), ("p90", "0.9"), ("p99", "0.99"), ("p999", "0.999")] {
                    let value = Self.seconds(max(0, model[key]?[member]?.int64 ?? 0), digits: 6)
                    sample(name, Self.labels(of: model) + [("quantile", quantile)], value)
                }
            }
        }
    }

    private static func labels(of model: JSONValue) -> [(String, String)] {
        [("model", model["qualified_name"]?.string ?? ""), ("version", model["version"]?.string ?? "")]
    }

    private static func number(_ value: JSONValue?) -> String { "\(value?.int64 ?? 0)" }
}
