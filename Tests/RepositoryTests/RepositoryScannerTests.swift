import Glibc
import SibylInference
import SibylJSON
import SibylModel
import Testing

@testable import SibylRepository

@Suite struct RepositoryScannerTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func scan(_ change: (inout RepositoryLimits) -> Void = { _ in }) throws -> RepositoryScan {
        var limits = RepositoryLimits()
        change(&limits)
        var scanner = RepositoryScanner(folder.path, limits: limits)
        return try scanner.scan(at: 0)
    }

    private func versions(_ scan: RepositoryScan) -> [String] {
        scan.models.flatMap { model in
            (model.versions ?? []).map { "\(model.name)/\($0.folder)=\($0.version?.description ?? "?")" }
        }
    }

    // MARK: - Layout

    @Test func versionsAreFoundInTheirOrder() throws {
        for name in ["iris/10", "iris/9", "iris/1.10.0", "iris/1.9.0", "iris/1.10.0-rc.1", "digits/2.0.0"] {
            try folder.write("\(name)/model.onnx", "")
        }
        try folder.write("iris/README.md", "")
        try folder.write("README.md", "")
        let scan = try scan()
        #expect(
            versions(scan) == [
                "digits/2.0.0=2.0.0", "iris/1.9.0=1.9.0", "iris/1.10.0-rc.1=1.10.0-rc.1", "iris/1.10.0=1.10.0",
                "iris/9=9.0.0", "iris/10=10.0.0",
            ])
        #expect(scan.faults == [] && scan.models.allSatisfy { $0.faults == [] })
    }

    @Test func aModelWithoutFoldersOfVersionsIsOneThatTellsItsVersion() throws {
        try folder.write("iris/net.onnx", "")
        try folder.write("iris/weights/a", "")
        #expect(versions(try scan()) == ["iris/=?"])
    }

    @Test func hiddenNamesAndThoseOfCopiesUnderWayArePassedOver() throws {
        for name in [".git", "iris/.1.1.0", "iris/1.1.0.partial", "iris/1.2.0.tmp", "digits.partial", "iris/1.0.0"] {
            folder.makeFolder(name)
        }
        #expect(versions(try scan()) == ["iris/1.0.0=1.0.0"])
        #expect(try scan().models[0].faults == [])
    }

    @Test(arguments: [
        ("model.onnx", "model.onnx it lies in"), ("1.0.0/model.onnx", "1.0.0 it is the name of a version"),
        ("7/model.onnx", "7 it is the name of a version"),
        ("my model/1/model.onnx", "my model it can't be a model's name"),
        ("_a/1/model.onnx", "_a it can't be a model's name"),
    ])
    func whatCantBeAModelIsToldOf(_ path: String, _ expected: String) throws {
        try folder.write(path, "")
        let scan = try scan()
        #expect(scan.models == [])
        let faults = scan.faults.map { "\($0.qualifiedName) \($0.message)" }
        #expect(faults.count == 1 && faults[0].hasPrefix(expected), "\(faults)")
    }

    @Test(arguments: [
        ("v1.2.0/model.onnx", "v1.2.0 it is no version"), ("1.2/model.onnx", "1.2 it is no version"),
        ("01/model.onnx", "01 it is no version"), ("latest/model.onnx", "latest it is no version"),
        ("model.onnx", "model.onnx it lies beside the versions' folders"),
        ("1/model.onnx", "1.0.0 it is the same version as 1; remove one"),
    ])
    func whatCantBeAVersionIsToldOfAndTheOthersAreFound(_ path: String, _ expected: String) throws {
        try folder.write("iris/1.0.0/model.onnx", "")
        try folder.write("iris/2.0.0/model.onnx", "")
        try folder.write("iris/\(path)", "")
        let model = try scan().models[0]
        let faults = model.faults.map { "\($0.version) \($0.message)" }
        #expect(faults.count == 1 && faults[0].hasPrefix(expected), "\(faults)")
        #expect(model.versions?.compactMap(\.version) == ["1.0.0", "2.0.0"])
    }

    @Test func aRepositoryThatIsNotThereIsAMistakeInThePath() throws {
        folder.remove("")
        let error = #expect(throws: (any Error).self) { try scan() }
        #expect("\(try #require(error))".hasSuffix("No such file or directory; make the folder, or mend the path"))
    }

    // MARK: - Fingerprints

    @Test func everyChangeOfAFileIsNoticedAndNothingElse() throws {
        try folder.write("iris/1/model.onnx", "a")
        try folder.write("iris/1/data/weights", "b")
        try folder.write("digits/1/model.onnx", "c")
        func fingerprints() throws -> [Fingerprint] { try scan().models.map { $0.versions![0].fingerprint } }
        let first = try fingerprints()
        #expect(try fingerprints() == first)
        var former = first
        let changes: [(String, () throws -> Void)] = [
            ("longer", { try folder.overwrite("iris/1/data/weights", "bb".utf8) }),
            ("written again", { try folder.touch("iris/1/data/weights") }),
            ("another file of the same size", { try folder.write("iris/1/data/weights", "cc") }),
            ("a new file", { try folder.write("iris/1/labels", "") }),
            ("a renamed one", { try folder.rename("iris/1/labels", to: "iris/1/names") }),
            ("one less", { folder.remove("iris/1/names") }),
        ]
        for (what, change) in changes {
            try change()
            let now = try fingerprints()
            #expect(now[1] != former[1], "\(what)")
            #expect(now[0] == former[0], "\(what)")
            former = now
        }
        try folder.write("iris/1/.hidden", "a")
        try folder.write("iris/1/model.onnx.partial", "a")
        #expect(try fingerprints() == former)
    }

    /// Else each prediction would have its model loaded again.
    @Test(arguments: ["iris/1/model.yaml", "iris/model.yaml"])
    func theLogOfPredictionsIsNoChange(_ file: String) throws {
        try folder.write("iris/1/model.onnx", "a")
        let log = "log: {path: logs/predictions.ndjson}"
        try folder.write(file, file == "iris/model.yaml" ? "defaults: {\(log)}" : log)
        let former = try scan().models[0].versions?[0].fingerprint
        folder.makeFolder("iris/1/logs")
        try folder.write("iris/1/logs/predictions.ndjson", "{}")
        try folder.write("iris/1/logs/predictions.ndjson.1", "{}")
        #expect(try scan().models[0].versions?[0].fingerprint == former)
        try folder.write("iris/1/logs/other", "")
        #expect(try scan().models[0].versions?[0].fingerprint != former)
    }

    // MARK: - Links and bounds

    @Test func linksAreFollowedButNotInCircles() throws {
        try folder.write("iris/1/model.onnx", "a")
        try folder.write("store/b", "b")
        try folder.link("iris/2", to: "1")
        try folder.link("iris/1/self", to: "../1")
        try folder.link("iris/1/weights", to: "../../store")
        try folder.link("iris/1/nowhere", to: "absent")
        let former = try #require(try scan().models.first { $0.name == "iris" }?.versions)
        #expect(former.map(\.folder) == ["1", "2"] && former.allSatisfy { $0.fault == nil })
        try folder.write("store/b", "bb")
        let changed = try #require(try scan().models.first { $0.name == "iris" }?.versions)
        #expect(former.map(\.fingerprint) != changed.map(\.fingerprint))
    }

    @Test func moreThanAModelNeedsIsRefused() throws {
        for name in ["a", "b", "c"] { try folder.write("iris/1/\(name)", "") }
        #expect(try scan { $0.files = 2 }.models[0].versions?[0].fault?.contains("more than 2") == true)
        #expect(try scan { $0.files = 3 }.models[0].versions?[0].fault == nil)
        folder.makeFolder("iris/1/d/e/f")
        #expect(try scan { $0.depth = 3 }.models[0].versions?[0].fault?.contains("more than 3 folders deep") == true)
        #expect(try scan { $0.depth = 4 }.models[0].versions?[0].fault == nil)
        folder.makeFolder("iris/2")
        let model = try scan { $0.versions = 1 }.models[0]
        #expect(model.versions == nil && model.faults[0].message.contains("more than 1 entries"))
        folder.makeFolder("digits/1")
        #expect(throws: (any Error).self) { try scan { $0.models = 1 } }
    }

    // MARK: - YAML

    @Test func aDescriptionIsReadAsJSON() throws {
        try folder.write("iris/1/model.yaml", "settings: {threads: 2}\ndisplay_name: 'on'")
        #expect(try scan().models[0].versions?[0].description == ["settings": ["threads": 2], "display_name": "on"])
    }

    @Test(arguments: [
        ("a: [\n", "model.yaml:2:1: this is not YAML"), ("a: 1\na: 2\n", "model.yaml:1:1: keys may stand once only: a"),
        ("a: 1\nb: \u{7}", "model.yaml:2:4: this is not YAML: control characters are not allowed"),
    ])
    func aDescriptionThatIsNoYAMLIsToldOfWithItsPlace(_ text: String, _ expected: String) throws {
        try folder.write("iris/1/model.yaml", text)
        let fault = try #require(try scan().models[0].versions?[0].fault)
        #expect(fault.hasPrefix(expected), "\(fault)")
    }

    @Test func aDescriptionThatIsNoTextOrTooLongIsToldOf() throws {
        try folder.write("iris/1/model.yaml", [0x61, 0x3a, 0xff])
        #expect(try scan().models[0].versions?[0].fault == "model.yaml: it is not UTF-8 text")
        try folder.write("iris/1/model.yaml", "a: 12345")
        #expect(
            try scan { $0.descriptionBytes = 7 }.models[0].versions?[0].fault == "model.yaml: it is longer than 7 bytes"
        )
        folder.remove("iris/1/model.yaml")
        try #require(mkfifo(folder.path + "/iris/1/model.yaml", 0o644) == 0)
        #expect(try scan().models[0].versions?[0].fault?.contains("is no file") == true)
    }

    /// Nine levels of nine aliases each stand for 387 million values.
    @Test func aliasesOfAliasesAreRefusedBeforeTheyFillTheMemory() throws {
        let levels = (1...9).map {
            "a\($0): &a\($0) [" + Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ",")
        }
        try folder.write("iris/1/model.yaml", (["a0: &a0 1"] + levels.map { $0 + "]" }).joined(separator: "\n"))
        let fault = try #require(try scan().models[0].versions?[0].fault)
        #expect(fault.contains("its aliases stand for more than 1000000 values"))
    }

    @Test func aModelsOwnFileSaysWhatNamesStandFor() throws {
        folder.makeFolder("iris/1")
        try folder.write(
            "iris/model.yaml",
            """
            default: 1.10
            aliases:
              stable: 1.2.0
              canary: {1.2.0: 90, 1.10: 10, 3: 0}
            defaults: {contract: strict}
            """)
        let file = try scan().models[0].file
        #expect(file.fault == nil)
        #expect(
            file.contents
                == ModelFile(
                    standard: "1.10",
                    aliases: [
                        .init("stable", shares: [.init(version: "1.2.0", weight: 1)]),
                        .init(
                            "canary", shares: [.init(version: "1.2.0", weight: 90), .init(version: "1.10", weight: 10)]),
                    ], defaults: ["contract": "strict"]))
    }

    @Test(arguments: [
        ("default: newest", "1:10: default is newest, but must be a version"),
        ("default: [1]", "1:10: default must be a version"),
        ("aliases: [1]", "1:10: aliases must hold one"), ("aliases:\n  1a: 1.0.0", "2:3: \"1a\" can't be an alias"),
        ("aliases: {a: x}", "1:14: aliases.a has \"x\", which is no version"),
        ("aliases: {a: {1: 0}}", "1:14: aliases.a must give some version a weight above 0"),
        ("aliases: {a: {1: -1}}", "1:18: aliases.a must have whole numbers"),
        ("defaults: 1", "1:11: defaults must hold members"), ("inputs: []", "1:1: inputs is unknown here"),
        ("- 1", "1:1: it must hold members"), ("a: [", "2:1: this is not YAML"),
    ])
    func aMistakeInAModelsOwnFileIsToldOfWithItsPlace(_ text: String, _ expected: String) throws {
        folder.makeFolder("iris/1")
        try folder.write("iris/model.yaml", text)
        let fault = try #require(try scan().models[0].file.fault)
        #expect(fault.hasPrefix("model.yaml:" + expected), "\(fault)")
    }

    @Test func theFileOfAModelWithoutFoldersOfVersionsDescribesItToo() throws {
        try folder.write("iris/model.onnx", "")
        try folder.write("iris/model.yaml", "default: 1\ndisplay_name: Iris\ndefaults: {batch: false}")
        let model = try scan().models[0]
        #expect(model.file.fault == nil && model.file.contents == ModelFile(standard: "1", defaults: ["batch": false]))
        #expect(model.versions?[0].description == ["display_name": "Iris"])
    }

    @Test func membersThatAreObjectsAreInheritedOneByOne() {
        let defaults: JSONValue = [
            "batching": ["maximum": 8, "delay_us": 0], "cache": ["entries": 5], "outputs": ["a"],
        ]
        let own: JSONValue = ["batching": ["maximum": 16], "cache": nil, "outputs": ["b"], "batch": true]
        let merged: JSONValue = [
            "batching": ["maximum": 16, "delay_us": 0], "cache": nil, "outputs": ["b"], "batch": true,
        ]
        #expect(Inheritance.merged(defaults, with: own) == merged)
        #expect(Inheritance.merged(defaults, with: .null) == defaults)
    }
}
