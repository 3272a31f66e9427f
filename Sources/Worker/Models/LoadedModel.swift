internal import SibylCore
internal import SibylInference
internal import SibylModel
internal import SibylProtocol

/// A model that is served. Jobs hold it, so that one which was replaced goes with the last job that came for it.
final class LoadedModel: Sendable {
    /// By which dispatches name it.
    let place: UInt32
    let model: any InferenceModel
    /// Its jobs that wait, and what is known of its runs; of the queue.
    let lane: ModelLane
    let generation: Int
    /// What every reply of it says.
    let head: ReplyHead
    let announced: WorkerAnnouncement.Model

    init(_ entry: ModelSet.Entry, place: UInt32, worker: String) {
        self.place = place
        model = entry.model
        lane = ModelLane(entry.batching)
        generation = entry.generation
        let metadata = entry.model.metadata
        head = ReplyHead(worker: worker, model: metadata.qualifiedName, version: metadata.version.description)
        announced = WorkerAnnouncement.Model(metadata, entry.model.tensors, place: place)
    }
}
