internal import SibylInference
internal import SibylModel

/// What scans tell.
extension RepositoryCore {
    mutating func take(_ scan: RepositoryScan, at now: Duration, into effects: inout [RepositoryEffect]) {
        for fault in scan.faults where !faults.contains(fault) { effects.append(.note(.fault(fault))) }
        faults = scan.faults
        let names = Set(scan.models.map(\.name))
        for model in scan.models { take(model, at: now, into: &effects) }
        // Of what is missing every version is missing.
        for model in models where !names.contains(model.name) {
            take(ScannedModel(model.name), at: now, into: &effects)
        }
        models.removeAll { !names.contains($0.name) && $0.versions.isEmpty }
    }

    private mutating func take(_ scanned: ScannedModel, at now: Duration, into effects: inout [RepositoryEffect]) {
        let index = index(of: scanned, at: now)
        for fault in scanned.faults where !models[index].faults.contains(fault) { effects.append(.note(.fault(fault))) }
        models[index].faults = scanned.faults
        // Where the folder can't be read, all stays as it is.
        guard let versions = scanned.versions else { return }
        take(scanned.file, of: index, at: now, into: &effects)
        for version in versions { take(version, of: index, at: now, into: &effects) }
        takeAbsent(versions, of: index, at: now, into: &effects)
        models[index].versions.sort { ($0.scanned.version ?? "0.0.0") < ($1.scanned.version ?? "0.0.0") }
    }

    /// The model's place, which it gets if it is new.
    private mutating func index(of scanned: ScannedModel, at now: Duration) -> Int {
        if let index = models.firstIndex(where: { $0.name == scanned.name }) { return index }
        let index = models.firstIndex { $0.name > scanned.name } ?? models.count
        let file = seen(scanned.file.fingerprint, age: scanned.file.age, at: now)
        models.insert(ModelState(name: scanned.name, file: file), at: index)
        return index
    }

    /// Files that are seen for the first time. What was there before anybody looked is as old as its file system says; what
    /// has come since may be new, though it says otherwise.
    private func seen(_ fingerprint: Fingerprint, age: Duration, at now: Duration) -> Settling {
        Settling(fingerprint, since: hasLooked ? now : now - age)
    }

    // MARK: - The model's own file

    private mutating func take(
        _ file: ScannedFile, of index: Int, at now: Duration, into effects: inout [RepositoryEffect]
    ) {
        models[index].file.observe(file.fingerprint, at: now, settle: settle)
        guard models[index].file.isSettled else { return }
        if let fault = file.fault {
            if models[index].fileFault != fault {
                effects.append(.note(.fault(.fault(models[index].name, fault))))
            }
            models[index].fileFault = fault
            return
        }
        models[index].fileFault = nil
        let former = models[index].settings
        models[index].settings = file.contents
        if let former, former.policy(of: "") != file.contents.policy(of: "") {
            effects.append(.note(.policyChanged(name: models[index].name)))
        }
    }

    // MARK: - Versions

    private mutating func take(
        _ version: ScannedVersion, of index: Int, at now: Duration, into effects: inout [RepositoryEffect]
    ) {
        let known = models[index].versions.firstIndex { $0.folder == version.folder }
        if known == nil {
            let files = seen(version.fingerprint, age: version.age, at: now)
            models[index].versions.append(
                VersionState(
                    folder: version.folder, files: files, scanned: version, isUnloaded: models[index].isUnloaded))
        }
        let place = known ?? models[index].versions.count - 1
        models[index].versions[place].scanned = version
        models[index].versions[place].files.observe(version.fingerprint, at: now, settle: settle)
        if let fault = models[index].versions[place].newFault() {
            let name = models[index].versions[place].name
            effects.append(.note(.fault(.fault(models[index].name, version: name, fault))))
        }
    }

    /// Versions whose folders are missing go once they have been missing for a while: a folder that is being replaced may
    /// be missing for a moment.
    private mutating func takeAbsent(
        _ present: [ScannedVersion], of index: Int, at now: Duration, into effects: inout [RepositoryEffect]
    ) {
        let folders = Set(present.map(\.folder))
        for place in models[index].versions.indices.reversed() {
            let version = models[index].versions[place]
            if folders.contains(version.folder) { continue }
            models[index].versions[place].files.observe(Fingerprint(), at: now, settle: settle)
            let isServed = version.entry != nil
            if isServed, !models[index].versions[place].files.isSettled { continue }
            models[index].versions.remove(at: place)
            if isServed { effects.append(.note(.removed(name: models[index].name, version: version.name))) }
        }
    }
}
