/// What a worker says of itself in its hello, and of its models again whenever they change.
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
        /// What it takes and gives as tensors, as JSON text: passed on as it is; empty where the worker doesn't tell.
        package var tensors: [UInt8]
        /// By which dispatches name it, for as long as the worker's session; its place in the list when nil.
        package var place: UInt32?
        /// It is about to go: what waits for it is computed, and nothing new is to come.
        package var isLeaving = false

        package init(
            name: String, version: String, displayName: String = "", description: String = "",
            inputSchema: [UInt8] = Array("{}".utf8), outputSchema: [UInt8] = Array("{}".utf8),
            tensors: [UInt8] = [], place: UInt32? = nil, isLeaving: Bool = false
        ) {
            self.name = name
            self.version = version
            self.displayName = displayName
            self.description = description
            self.inputSchema = inputSchema
            self.outputSchema = outputSchema
            self.tensors = tensors
            self.place = place
            self.isLeaving = isLeaving
        }
    }

    /// Which version of a model serves a request that names none, or an alias.
    package struct Policy: Sendable, Equatable {
        package struct Share: Sendable, Equatable {
            /// Whole, or a prefix at a dot.
            package var version: String
            package var weight: Int

            package init(version: String, weight: Int) {
                self.version = version
                self.weight = weight
            }
        }

        package struct Alias: Sendable, Equatable {
            package var name: String
            package var shares: [Share]

            package init(name: String, shares: [Share]) {
                self.name = name
                self.shares = shares
            }
        }

        package var name: String
        /// A version, a prefix or an alias; the newest that is ready when empty.
        package var standard = ""
        package var aliases: [Alias] = []

        package init(name: String, standard: String = "", aliases: [Alias] = []) {
            self.name = name
            self.standard = standard
            self.aliases = aliases
        }
    }

    /// A version that a worker should serve and doesn't, or not as its files say now.
    package struct Absence: Sendable, Equatable {
        package var name: String
        package var version: String
        /// `loading`, `failed` or `unloading`.
        package var state: String
        package var message: String

        var isFailure: Bool { state == "failed" }

        package init(name: String, version: String, state: String, message: String = "") {
            self.name = name
            self.version = version
            self.state = state
            self.message = message
        }
    }

    package var name: String
    package var process: UInt32
    package var capacity: UInt32
    package var models: [Model]
    package var policies: [Policy] = []
    package var absences: [Absence] = []

    package init(name: String, process: UInt32 = 0, capacity: UInt32, models: [Model]) {
        self.name = name
        self.process = process
        self.capacity = capacity
        self.models = models
    }
}
