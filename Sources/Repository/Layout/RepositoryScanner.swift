internal import SibylInference
internal import SibylJSON
package import SibylModel
internal import Yams

/// Looks through a repository's folder:
///
///     DIR/NAME/VERSION/model.onnx    a version, with its model.yaml beside it if need be
///     DIR/NAME/model.yaml            what holds for all versions
///     DIR/NAME/model.onnx            a model with one version, which has no folder of its own
///
/// Names that begin with `.` or end in `.partial` or `.tmp` are passed over. Symbolic links are followed.
package struct RepositoryScanner {
    static let description = "model.yaml"

    let path: String
    let limits: RepositoryLimits
    private var modelFiles = FileCache<ModelFile>()
    private var descriptions = FileCache<JSONValue>()

    /// - Parameter path: the repository's folder.
    package init(_ path: String, limits: RepositoryLimits = RepositoryLimits()) {
        self.path = path
        self.limits = limits
    }

    /// - Parameter now: in nanoseconds since 1970, by the clock that file systems use.
    /// - Throws: `ModelLoadError` when the folder itself can't be read, which says nothing of what is in it.
    package mutating func scan(at now: Int64) throws(ModelLoadError) -> RepositoryScan {
        var scan = RepositoryScan()
        do {
            for entry in try Folder.entries(path, limit: limits.models) { add(entry, to: &scan, at: now) }
        } catch {
            let advice = error.isAbsence ? "; make the folder, or mend the path" : ""
            throw ModelLoadError("the models' folder \(error)\(advice)")
        }
        modelFiles.forgetUnused()
        descriptions.forgetUnused()
        return scan
    }

    private mutating func add(_ entry: Folder.Entry, to scan: inout RepositoryScan, at now: Int64) {
        guard entry.status.kind == .folder else {
            guard ModelFiles.isModel(entry.name) else { return }
            return scan.faults.append(
                .fault(entry.name, "it lies in \(path) itself; put it into a folder that has the model's name"))
        }
        if VersionName.version(ofFolder: entry.name) != nil {
            return scan.faults.append(
                .fault(entry.name, "it is the name of a version, not of a model; is \(path) the folder of one model?"))
        }
        guard ModelMetadata.isQualifiedName(entry.name) else {
            return scan.faults.append(
                .fault(
                    entry.name,
                    "it can't be a model's name: use 1 to 128 letters, digits, '.', '_' and '-', the first a letter or a "
                        + "digit"))
        }
        scan.models.append(model(entry, at: now))
    }

    // MARK: - One model

    private mutating func model(_ folder: Folder.Entry, at now: Int64) -> ScannedModel {
        var model = ScannedModel(folder.name)
        let path = path + "/" + folder.name
        do throws(FolderFault) {
            let entries = try Folder.entries(path, limit: limits.versions)
            let isFlat = isFlat(entries)
            model.file = file(entries, of: folder, path, isFlat: isFlat, at: now)
            if isFlat {
                model.versions = [version("", at: path, version: nil, defaults: model.file.contents.defaults, now: now)]
            } else {
                let faults = strayFaults(entries, in: model.name)
                let found = versions(entries, of: model, path, at: now)
                (model.versions, model.faults) = (found.versions, faults + found.faults)
            }
        } catch {
            model.versions = nil
            model.faults = [.fault(model.name, error.description)]
        }
        return model
    }

    /// Whether the model lies in its own folder, with no folder for its version.
    private func isFlat(_ entries: [Folder.Entry]) -> Bool {
        entries.contains { $0.status.kind == .file && ModelFiles.isModel($0.name) }
            && !entries.contains { $0.status.kind == .folder && VersionName.version(ofFolder: $0.name) != nil }
    }

    /// Models that lie beside folders of versions, and folders that are none.
    private func strayFaults(_ entries: [Folder.Entry], in model: String) -> [ModelAbsence] {
        entries.compactMap { entry in
            if entry.status.kind != .folder {
                guard ModelFiles.isModel(entry.name) else { return nil }
                return .fault(
                    model, version: entry.name, "it lies beside the versions' folders; put it into a version's folder")
            }
            if VersionName.version(ofFolder: entry.name) != nil { return nil }
            return .fault(
                model, version: entry.name,
                "it is no version; name the folder by a semantic version such as 1.2.0 or a number such as 7, or begin its "
                    + "name with '.' to have it passed over")
        }
    }

    private mutating func versions(_ entries: [Folder.Entry], of model: ScannedModel, _ path: String, at now: Int64)
        -> (versions: [ScannedVersion], faults: [ModelAbsence])
    {
        var versions: [ScannedVersion] = []
        var faults: [ModelAbsence] = []
        for entry in entries where entry.status.kind == .folder {
            guard let version = VersionName.version(ofFolder: entry.name) else { continue }
            if let other = versions.first(where: { $0.version == version }) {
                faults.append(
                    .fault(model.name, version: entry.name, "it is the same version as \(other.folder); remove one"))
                continue
            }
            versions.append(
                self.version(
                    entry.name, at: path + "/" + entry.name, version: version,
                    defaults: model.file.contents.defaults, now: now))
        }
        return (versions.sorted { ($0.version ?? "0.0.0") < ($1.version ?? "0.0.0") }, faults)
    }

    // MARK: - One version

    private mutating func version(
        _ folder: String, at path: String, version: SemanticVersion?, defaults: JSONValue, now: Int64
    ) -> ScannedVersion {
        var scanned = ScannedVersion(folder: folder, version: version, path: path)
        do {
            scanned.description = try description(in: path, isFlat: folder.isEmpty)
        } catch {
            scanned.fault = error.inFile(Self.description)
        }
        do throws(FolderFault) {
            // A log in the version's own folder grows with each prediction.
            let log = Inheritance.merged(defaults, with: scanned.description)["log"]?["path"]?.string
            let tree = try TreeStatus(of: path, ignoring: log, limits: limits)
            scanned.fingerprint = tree.fingerprint
            scanned.age = Self.age(of: tree.changed, at: now)
        } catch {
            scanned.fault = error.description
        }
        return scanned
    }

    private mutating func description(in path: String, isFlat: Bool) throws(YAMLFault) -> JSONValue {
        let file = path + "/" + Self.description
        guard let status = try? FileStatus(of: file) else { return .null }
        return try descriptions.value(of: file, status) { () throws(YAMLFault) in
            guard let root = try TextFile.yaml(file, status, limit: limits.descriptionBytes) else { return .null }
            let json = YAMLScalar.json(root)
            guard isFlat, var members = json.object else { return json }
            for member in ModelFile.members { members[member] = nil }
            return .object(members)
        }
    }

    // MARK: - A model's own file

    private mutating func file(
        _ entries: [Folder.Entry], of folder: Folder.Entry, _ path: String, isFlat: Bool, at now: Int64
    ) -> ScannedFile {
        guard let status = entries.first(where: { $0.name == Self.description })?.status else {
            // It went when the folder changed, if there was one.
            return ScannedFile(age: Self.age(of: folder.status.changed, at: now))
        }
        var scanned = ScannedFile(
            fingerprint: Fingerprint().combined(with: [status.size, status.modified, Int64(bitPattern: status.inode)]),
            age: Self.age(of: status.changed, at: now))
        let file = path + "/" + Self.description
        do {
            scanned.contents = try modelFiles.value(of: file, status) { () throws(YAMLFault) in
                let root = try TextFile.yaml(file, status, limit: limits.descriptionBytes)
                return try ModelFile(root, isDescription: isFlat)
            }
        } catch {
            scanned.fault = error.inFile(Self.description)
        }
        return scanned
    }

    /// A change in the future, by a clock that is ahead of ours, is a new one.
    private static func age(of changed: Int64, at now: Int64) -> Duration {
        let (age, overflow) = now.subtractingReportingOverflow(changed)
        return .nanoseconds(overflow ? (changed < now ? .max : 0) : max(0, age))
    }
}

extension ModelAbsence {
    /// - Parameters:
    ///   - name: the model's, or of what lies where a model should.
    ///   - version: of what lies where a version should.
    static func fault(_ name: String, version: String = "", _ message: String) -> ModelAbsence {
        ModelAbsence(name, version: version, state: .failed, message: message)
    }
}
