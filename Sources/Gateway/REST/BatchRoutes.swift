internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SibylClient

/// `POST /api/models/{name}/predict/batch`: an array of inputs to an array of outputs, or lines of inputs to lines of
/// outputs, which come while others are still sent. They are bulk work unless the client says otherwise. A row that fails has `{"error": {...}}` in its place.
struct BatchRoutes: RouteGroup {
    private static let lines = "application/x-ndjson"

    private let services: GatewayServices

    init(_ services: GatewayServices) {
        self.services = services
    }

    func add(to router: Router<GatewayContext>) {
        router.post("api/models/:model/predict/batch") { request, context in
            let model = try context.parameters.require("model")
            do {
                let options = try request.callOptions(tenant: context.tenant, priority: .bulk)
                if Self.isLines(request) { return stream(request, context, model, options) }
                return try await array(request, context, model, options)
            } catch {
                throw HTTPFailure(any: error)
            }
        }
    }

    private static func isLines(_ request: Request) -> Bool {
        let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == lines || type == "application/ndjson" || type == "application/jsonl"
    }

    // MARK: - An array

    private func array(
        _ request: Request, _ context: GatewayContext, _ model: String, _ options: CallOptions
    ) async throws -> Response {
        let body = try await request.bytes(upTo: services.configuration.limits.bodyBytes)
        let prediction = try await services.disconnects.cancelling(on: context.channel) {
            try await services.client.predictRaw(model, payload: body, isBatch: true, options: options)
        }
        return Response(
            try BatchAnswer.bytes(prediction), headers: RESTHeaders.fields(of: prediction), to: request)
    }

    // MARK: - Lines

    private func stream(
        _ request: Request, _ context: GatewayContext, _ model: String, _ options: CallOptions
    ) -> Response {
        let services = services
        let body = request.body
        return Response(
            status: .ok, headers: [.contentType: Self.lines],
            body: ResponseBody { writer in
                let window = RowWindow(services.configuration.batchWindow)
                try await services.disconnects.cancelling(on: context.channel) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { await Self.read(body, services, model, options, into: window) }
                        defer { window.cancel() }
                        // Ends with the last row.
                        while let row = await window.next() {
                            let output = await withTaskCancellationHandler {
                                await row.value
                            } onCancel: {
                                row.cancel()
                            }
                            try await writer.write(NIOCore.ByteBuffer(bytes: output + [UInt8(ascii: "\n")]))
                        }
                        group.cancelAll()
                    }
                }
                try await writer.finish(nil)
            })
    }

    private static func read(
        _ body: RequestBody, _ services: GatewayServices, _ model: String, _ options: CallOptions,
        into window: RowWindow
    ) async {
        var lines = LineSplitter(limit: services.configuration.rowBytes)
        do {
            for try await part in body {
                for line in lines.take(part.readableBytesView) {
                    guard await window.add({ await predict(line, services, model, options) }) else { return }
                }
                if let failure = lines.failure { throw failure }
            }
            if let rest = lines.rest { _ = await window.add { await predict(rest, services, model, options) } }
        } catch {
            _ = await window.add { BatchAnswer.row(HTTPFailure(any: error)) }
        }
        window.finish()
    }

    private static func predict(
        _ row: [UInt8], _ services: GatewayServices, _ model: String, _ options: CallOptions
    ) async -> [UInt8] {
        do {
            return try await services.client.predictRaw(model, payload: row, options: options).payload
        } catch {
            return BatchAnswer.row(HTTPFailure(any: error))
        }
    }
}
