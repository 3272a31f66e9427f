internal import SibylInference
package import SibylModel

/// What a repository's folder holds, and what is wrong with it.
package struct RepositoryReport: Sendable, Equatable {
    package enum State: String, Sendable {
        /// It was loaded, and would be served.
        case ready
        /// It would not be served.
        case failed
        /// It was not loaded.
        case found
    }

    /// One version, or what can't be served as one.
    package struct Line: Sendable, Equatable {
        package var model: String
        /// Empty where only the model itself could tell, and for what is wrong with the model as a whole.
        package var version: String
        /// Empty where it can't be told.
        package var runtime = ""
        package var state: State
        /// What requests may call it besides its version: `default`, and aliases with their shares.
        package var names: [String] = []
        /// Why it would not be served.
        package var problems: [String] = []
        /// What an operator should know.
        package var remarks: [String] = []
    }

    /// By model and version.
    package fileprivate(set) var lines: [Line] = []

    package var isSound: Bool { lines.allSatisfy { $0.state != .failed } }
}

extension RepositoryReport {
    /// Looks through a repository's folder.
    ///
    /// - Parameter loader: loads each version, one at a time, and checks it as if it was to be served; its contract is
    ///   compared with that of the version before it. With nil nothing is loaded.
    /// - Throws: `ModelLoadError` when the folder can't be read.
    package init(
        of path: String, loader: VersionLoader?, limits: RepositoryLimits = RepositoryLimits()
    ) throws(ModelLoadError) {
        var scanner = RepositoryScanner(path, limits: limits)
        let scan = try scanner.scan(at: 0)
        lines = scan.faults.map { Line(fault: $0.qualifiedName, version: $0.version, $0.message) }
        for model in scan.models { lines += ModelCheck(model, loader, limits).lines }
    }
}

extension RepositoryReport.Line {
    fileprivate init(fault model: String, version: String = "", _ message: String) {
        self.init(model: model, version: version, state: .failed, problems: [message])
    }
}

/// The lines of one model.
private struct ModelCheck {
    private(set) var lines: [RepositoryReport.Line] = []
    private let model: ScannedModel
    private let loader: VersionLoader?
    private let limits: RepositoryLimits
    private var predecessor: ModelMetadata?

    init(_ model: ScannedModel, _ loader: VersionLoader?, _ limits: RepositoryLimits) {
        self.model = model
        self.loader = loader
        self.limits = limits
        for version in model.versions ?? [] { check(version) }
        nameVersions()
        let own = [model.file.fault].compactMap(\.self).map { RepositoryReport.Line(fault: model.name, $0) }
        let faults = model.faults.map { RepositoryReport.Line(fault: model.name, version: $0.version, $0.message) }
        lines = own + lines + faults
        if lines.isEmpty {
            lines = [RepositoryReport.Line(fault: model.name, "it has no version; put one into \(model.name)/1.0.0")]
        }
    }

    private mutating func check(_ version: ScannedVersion) {
        var line = RepositoryReport.Line(
            model: model.name, version: version.version?.description ?? "", state: .found)
        do throws(ModelLoadError) {
            if let fault = version.fault { throw ModelLoadError(fault) }
            try check(version, &line)
        } catch {
            line.state = .failed
            line.problems = [error.line]
        }
        lines.append(line)
    }

    private mutating func check(_ version: ScannedVersion, _ line: inout RepositoryReport.Line) throws(ModelLoadError) {
        let order = LoadOrder(
            model.name, folder: version.folder, version: version.version, path: version.path,
            description: Inheritance.merged(model.file.contents.defaults, with: version.description),
            predecessor: predecessor)
        let description = try ModelDescription(json: order.description)
        line.runtime = try ModelFiles(in: version.path, description, limits: limits).runtime.rawValue
        // Without what it inherits a version is not what it would be.
        guard let loader, model.file.fault == nil else { return }
        let loaded = try loader.load(order)
        let metadata = loaded.entry.model.metadata
        predecessor = metadata
        line.version = metadata.version.description
        line.state = .ready
        line.remarks = loaded.remarks
    }

    // MARK: - Names

    private mutating func nameVersions() {
        let file = model.file.contents
        for alias in file.aliases {
            let sum = alias.shares.map(\.weight).reduce(0, +)
            for share in alias.shares {
                let percent = Int((Double(share.weight) * 100 / Double(max(sum, 1))).rounded())
                name(share.version, alias.shares.count == 1 ? alias.name : "\(alias.name) \(percent)%", of: alias.name)
            }
        }
        if file.aliases.contains(where: { $0.name == file.standard }) { return }
        name(file.standard ?? "", "default", of: "default")
    }

    /// Gives a name to the newest version that a prefix fits, and that would be served.
    private mutating func name(_ prefix: String, _ name: String, of member: String) {
        let fitting = lines.indices.filter { index in
            prefix.isEmpty || lines[index].version == prefix || lines[index].version.hasPrefix(prefix + ".")
        }
        if let newest = fitting.last(where: { lines[$0].state != .failed }) ?? fitting.last {
            lines[newest].names.append(name)
        } else if lines.allSatisfy({ !$0.version.isEmpty }), !prefix.isEmpty {
            // A version that is not known yet may be the one.
            lines.append(
                RepositoryReport.Line(
                    fault: model.name, "\(member) of its model.yaml names \(prefix), and there is no such version"))
        }
    }
}
