internal import IrisModel
internal import SibylWorker

/// A worker that serves the iris model and nothing else: `iris-worker --connect ENDPOINT` or `--bind ENDPOINT`.
@main
struct IrisWorker {
    static func main() {
        WorkerMain(models: [IrisModel.self]).run()
    }
}
