internal import SibylProtocol

/// One version of one model: what requests wait for and workers serve.
struct Service {
    /// As the first of its live workers announced it.
    var model: WorkerAnnouncement.Model
    let order: VersionOrder
    /// Connected workers that announced it, draining ones left out.
    var workers: [Int32] = []
    /// Where the search for the least loaded worker starts, so that equals take turns.
    var turn = 0
    var queue: RequestQueue
    /// The worker that is set apart for requests on their last attempt; -1 for none.
    var isolated: Int32 = -1
    /// Whether it was taken out of service, rather than lost: it takes no new requests, and is told of no more once its last
    /// worker has gone.
    var isWithdrawn = false
    /// Since when requests wait and no worker is there; the service is then among the core's orphans.
    var orphanedSince: Instant?
    var statistics = ServiceStatistics()

    init(_ model: WorkerAnnouncement.Model, seed: UInt32) {
        self.model = model
        queue = RequestQueue(seed: seed)
        order = VersionOrder(model.version)
    }

    var isReady: Bool { !workers.isEmpty }

    mutating func withdraw() {
        isWithdrawn = true
    }

    /// One of its requests went to a worker.
    mutating func dispatched(to worker: Int32) {
        statistics.inFlight += 1
        turn = workers.firstIndex(of: worker) ?? 0
    }
}

private struct SplitName: Hashable {
    var model: String
    var alias: String
}

/// The models that the broker has heard of, and the way from a request's words to one of them.
struct ServiceDirectory {
    /// In order of announcement; an index is a service's name for the broker's lifetime.
    var services: [Service] = []
    /// By the names of models.
    private(set) var policies: [String: WorkerAnnouncement.Policy] = [:]
    private var cache = RouteCache()
    /// Aliases of several versions that were asked for, and where each of them is.
    private var splits: [VersionSplit] = []
    private var splitPlaces: [SplitName: Int] = [:]
    /// For the tables of the services' queues.
    private let seed: UInt32

    init(seed: UInt32) {
        self.seed = seed
    }

    var count: Int { services.count }

    subscript(index: Int32) -> Service {
        _read { yield services[Int(index)] }
        _modify { yield &services[Int(index)] }
    }

    /// Call it when what is ready may have changed.
    mutating func forgetRoutes() {
        cache = RouteCache()
        splits = []
        splitPlaces = [:]
    }

    /// A worker says what stands for a model's versions.
    ///
    /// - Parameter limit: how many models may have a policy; of new ones beyond it none is kept, or a worker that thinks up names
    ///   could fill the memory.
    mutating func adopt(_ policy: WorkerAnnouncement.Policy, limit: Int) {
        if policies[policy.name] != nil || policies.count < limit { policies[policy.name] = policy }
    }

    mutating func dropPolicy(of model: String) {
        policies[model] = nil
    }

    /// The service of that exact name and version.
    func index(name: String, version: String) -> Int32? {
        services.firstIndex { $0.model.name == name && $0.model.version == version }.map { Int32($0) }
    }

    mutating func add(_ model: WorkerAnnouncement.Model) -> Int32 {
        services.append(Service(model, seed: seed))
        forgetRoutes()
        return Int32(services.count - 1)
    }

    /// Finds the service for a request: the exact version, the newest under a prefix at a dot, one of an alias, or without
    /// a version the one that its policy says, else the newest of all; ready ones come before those that no worker serves.
    mutating func route(model: UnsafeRawBufferPointer, version: UnsafeRawBufferPointer) -> Route {
        let hash = RouteCache.hash(model, version)
        if let way = cache.find(hash, model, version) { return follow(way) }
        let way = search(
            model: String(decoding: model, as: UTF8.self), version: String(decoding: version, as: UTF8.self))
        cache.remember(way, hash, model, version)
        return follow(way)
    }

    private mutating func follow(_ way: Way) -> Route {
        switch way {
        case .one(let route): route
        case .split(let index): .service(splits[index].next())
        }
    }

    private mutating func search(model: String, version: String) -> Way {
        guard let policy = policies[model] else { return .one(newest(model: model, version: version)) }
        let wanted = version.isEmpty ? policy.standard : version
        let way: Way
        if let alias = policy.aliases.first(where: { $0.name == wanted }) {
            way = self.way(to: alias, of: model)
        } else {
            way = .one(newest(model: model, version: wanted))
        }
        // Better another version than none, where none was asked for.
        if version.isEmpty && !isReady(way) { return .one(newest(model: model, version: "")) }
        return way
    }

    private func isReady(_ way: Way) -> Bool {
        switch way {
        case .one(.service(let service)): self[service].isReady
        case .one: false
        case .split: true
        }
    }

    private mutating func way(to alias: WorkerAnnouncement.Policy.Alias, of model: String) -> Way {
        let routes = alias.shares.map { (newest(model: model, version: $0.version), $0.weight) }
        let ready = routes.compactMap { route, weight -> VersionSplit.Share? in
            guard case .service(let service) = route, self[service].isReady else { return nil }
            return VersionSplit.Share(service: service, weight: weight)
        }
        if ready.count > 1 { return .split(place(of: ready, named: SplitName(model: model, alias: alias.name))) }
        if let only = ready.first { return .one(.service(only.service)) }
        return .one(routes.first?.0 ?? .versionNotFound)
    }

    /// An alias has one split, however often the cache forgets it: who has had a turn is remembered there.
    private mutating func place(of shares: [VersionSplit.Share], named name: SplitName) -> Int {
        if let place = splitPlaces[name] { return place }
        splits.append(VersionSplit(shares))
        splitPlaces[name] = splits.count - 1
        return splits.count - 1
    }

    private func newest(model: String, version: String) -> Route {
        var best: Int32?
        var isKnown = false
        for index in services.indices where services[index].model.name == model && !services[index].isWithdrawn {
            isKnown = true
            guard services[index].order.matches(prefix: version) else { continue }
            if let champion = best, !isBetter(services[index], than: services[Int(champion)]) { continue }
            best = Int32(index)
        }
        if let best { return .service(best) }
        return isKnown ? .versionNotFound : .modelNotFound
    }

    private func isBetter(_ challenger: Service, than champion: Service) -> Bool {
        if challenger.isReady != champion.isReady { return challenger.isReady }
        return champion.order < challenger.order
    }
}
