internal import Glibc
internal import Logging
internal import SibylCore
internal import SibylInference
internal import SibylModel
internal import SibylProtocol

/// What the worker serves, and how brokers hear of it.
extension WorkerLoop {
    /// Serves something else from now on.
    mutating func serve(_ set: ModelSet) {
        guard models.serve(set, at: now) else { return }
        tell(.modelsChanged)
    }

    /// Lets go of what has left and is not asked for any more.
    mutating func releaseModels() {
        if models.releaseLeaving(at: now) { tell(.modelsChanged) }
    }

    func announcement() -> WorkerAnnouncement {
        var announcement = WorkerAnnouncement(
            name: configuration.name, process: UInt32(getpid()), capacity: configuration.limits.capacity,
            models: models.announced)
        announcement.policies = models.policies.map { WorkerAnnouncement.Policy($0) }
        announcement.absences = models.absences.map { WorkerAnnouncement.Absence($0) }
        return announcement
    }
}

extension WorkerAnnouncement.Model {
    init(_ metadata: ModelMetadata, _ tensors: TensorSignature, place: UInt32) {
        self.init(
            name: metadata.qualifiedName, version: metadata.version.description, displayName: metadata.displayName,
            description: metadata.description, inputSchema: Array(metadata.inputSchema.document.description.utf8),
            outputSchema: Array(metadata.outputSchema.document.description.utf8), tensors: tensors.openInferenceText,
            place: place)
    }
}

extension WorkerAnnouncement.Policy {
    init(_ policy: ModelPolicy) {
        let aliases = policy.aliases.map { alias in
            Alias(name: alias.name, shares: alias.shares.map { Share(version: $0.version, weight: $0.weight) })
        }
        self.init(name: policy.qualifiedName, standard: policy.standard ?? "", aliases: aliases)
    }
}

extension WorkerAnnouncement.Absence {
    init(_ absence: ModelAbsence) {
        self.init(
            name: absence.qualifiedName, version: absence.version, state: absence.state.rawValue,
            message: absence.message)
    }
}
