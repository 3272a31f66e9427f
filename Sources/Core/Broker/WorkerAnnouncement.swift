/// What a worker says of itself in its hello.
package struct WorkerAnnouncement: Sendable, Equatable {
    /// One version of one model, as `list` and `metadata` tell of it.
    package struct Model: Sendable, Equatable {
        package var name: String
        package var version: String
        package var displayName: String
        package var description: String
        /// JSON Schemas, as JSON text: passed on as they are.
        package var inputSchema: [UInt8]
        package var outputSchema: [UInt8]

        package init(
            name: String, version: String, displayName: String = "", description: String = "",
            inputSchema: [UInt8] = Array("{}".utf8), outputSchema: [UInt8] = Array("{}".utf8)
        ) {
            self.name = name
            self.version = version
            self.displayName = displayName
            self.description = description
            self.inputSchema = inputSchema
            self.outputSchema = outputSchema
        }
    }

    package var name: String
    package var process: UInt32
    package var capacity: UInt32
    /// A dispatch names a model by its place here.
    package var models: [Model]

    package init(name: String, process: UInt32 = 0, capacity: UInt32, models: [Model]) {
        self.name = name
        self.process = process
        self.capacity = capacity
        self.models = models
    }
}
