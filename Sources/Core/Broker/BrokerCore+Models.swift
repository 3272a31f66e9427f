package import SibylProtocol

/// What workers serve, and how that changes while they work.
extension BrokerCore {
    package var connectedWorkers: [PeerID] { workers.connected.map { workers[$0].peer } }

    /// A worker serves other models from now on. What it has been given is computed all the same.
    mutating func change(
        _ peer: PeerID, _ announcement: WorkerAnnouncement, at now: Instant, into effects: inout [BrokerEffect]
    ) {
        guard let worker = workers.index(of: peer) else { return effects.append(.introduce(worker: peer)) }
        workers[worker].lastHeard = now
        // One that drains is on no list any more.
        if workers[worker].isDraining { return }
        if let reason = objection(toModelsOf: announcement) {
            return notes.append(.announcementRefused(name: workers[worker].name, reason: reason))
        }
        let former = workers[worker].services
        let served = workers[worker].staying
        let services = adopt(announcement, by: worker)
        for service in former where !services.contains(service) {
            directory[service].withdraw()
            dismiss(worker, from: service, at: now, into: &effects)
        }
        directory.forgetRoutes()
        if workers[worker].staying != served {
            notes.append(.modelsChanged(name: workers[worker].name, models: names(of: worker)))
        }
        feed(worker, at: now, into: &effects)
        for service in services { isolate(service, at: now, into: &effects) }
        routeHeld(into: &effects)
    }

    /// What a worker serves and is not about to give up, in words.
    private func names(of worker: Int32) -> [String] {
        workers[worker].staying.map { "\(directory[$0].model.name) \(directory[$0].model.version)" }
    }

    /// Puts a worker on the lists of what it serves now.
    ///
    /// - Returns: its services.
    mutating func adopt(_ announcement: WorkerAnnouncement, by worker: Int32) -> [Int32] {
        let services = announcement.models.map { serviceIndex(for: $0) }
        workers[worker].places = announcement.models.enumerated().map { $1.place ?? UInt32($0) }
        workers[worker].leaving = zip(services, announcement.models).filter(\.1.isLeaving).map(\.0)
        workers[worker].absences = announcement.absences
        for service in services { enlist(worker, for: service) }
        workers[worker].services = services
        // What it no longer says of a model does not count any more.
        let names = announcement.policies.map(\.name)
        for name in workers[worker].policies where !names.contains(name) { directory.dropPolicy(of: name) }
        workers[worker].policies = names
        for policy in announcement.policies { directory.adopt(policy, limit: limits.services) }
        directory.forgetRoutes()
        return services
    }

    private mutating func serviceIndex(for model: WorkerAnnouncement.Model) -> Int32 {
        if let known = directory.index(name: model.name, version: model.version) {
            // The newest words count: a version may have been loaded again.
            if !model.isLeaving { directory[known].model = model }
            return known
        }
        return directory.add(model)
    }

    private mutating func enlist(_ worker: Int32, for service: Int32) {
        if !directory[service].workers.contains(worker) { directory[service].workers.append(worker) }
        let isOpen = directory[service].workers.contains { !workers[$0].leaving.contains(service) }
        if isOpen { directory[service].isWithdrawn = false } else { directory[service].withdraw() }
        if directory[service].orphanedSince != nil {
            directory[service].orphanedSince = nil
            orphans.removeAll { $0 == service }
        }
    }

    /// Takes a worker off the list of a service.
    mutating func dismiss(_ worker: Int32, from service: Int32, at now: Instant, into effects: inout [BrokerEffect]) {
        if workers[worker].isolatedFor == service { endIsolation(of: worker) }
        directory[service].workers.removeAll { $0 == worker }
        directory[service].turn = 0
        let others = directory[service].workers
        if !others.isEmpty && others.allSatisfy({ workers[$0].leaving.contains(service) }) {
            directory[service].withdraw()
        } else if !others.isEmpty {
            directory[service].isWithdrawn = false
        }
        strand(service, at: now, into: &effects)
    }

    /// Asks the shell where the requests of a version go that was taken out of service.
    mutating func reroute(_ service: Int32, into effects: inout [BrokerEffect]) {
        // Ends with the queue, from which each turn takes one.
        while let slot = directory[service].queue.any() {
            directory[service].queue.remove(slot, in: &requests)
            directory[service].statistics.accepted -= 1
            requests[slot].service = -1
            hold(slot)
            effects.append(.route(slot: slot, requests.id(of: slot)))
        }
    }
}
