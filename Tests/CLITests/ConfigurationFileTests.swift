import Configuration
import SibylJSON
import Testing

@testable import sibyl

@Suite struct ConfigurationFileTests {
    private func read(_ text: String, environment: String? = nil) throws -> ConfigurationFile {
        try ConfigurationFile(path: "dir/sibyl.yaml", text: text, environment: environment)
    }

    private func problems(_ text: String) throws -> [String] {
        try read(text).problems.map(\.description)
    }

    private func failure(_ text: String, environment: String? = nil) -> [String] {
        do {
            _ = try read(text, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func takesSettings() throws {
        let file = try read("broker:\n  timeout_ms: 500\nclient:\n  connect: [tcp://a:1, ipc://b]\n")
        #expect(file.problems.isEmpty)
        #expect(file.base.contents[["broker", "timeout_ms"]]?.content == .int(500))
        #expect(file.base.contents[["client", "connect"]]?.content == .stringArray(["tcp://a:1", "ipc://b"]))
    }

    @Test func aFileOfCommentsSaysNothing() throws {
        let file = try read("# nothing yet\n")
        #expect(file.base.contents.isEmpty && file.models.isEmpty && file.problems.isEmpty)
    }

    @Test func namesAMisspeltKeyWithItsPlaceAndTheNearestOne() throws {
        #expect(
            try problems("broker:\n  frontend: tcp://a:1\n  time_out: 3\n") == [
                "dir/sibyl.yaml:3:3: there is no key broker.time_out; the nearest valid key is broker.timeout_ms"
            ])
        #expect(
            try problems("brokr:\n  frontend: tcp://a:1\n") == [
                "dir/sibyl.yaml:1:1: there is no key brokr; the nearest valid key is broker"
            ])
        #expect(
            try problems("queue_limit: 3\n") == [
                "dir/sibyl.yaml:1:1: there is no key queue_limit; the nearest valid key is broker.queue_limit"
            ])
    }

    @Test func namesABadValueWithItsPlaceAndWhatIsExpected() throws {
        #expect(
            try problems("broker:\n  timeout_ms: soon\n") == [
                "dir/sibyl.yaml:2:15: broker.timeout_ms is \"soon\", "
                    + "but must be a whole number of milliseconds from 1 to 86400000"
            ])
        #expect(
            try problems("log:\n  level: loud\n").first?.hasSuffix(
                "log.level is \"loud\", but must be one of trace, debug, info, notice, warning, error, critical")
                == true)
        #expect(try problems("broker:\n  timeout_ms:\n").first?.contains("broker.timeout_ms is empty") == true)
        #expect(try problems("broker:\n  attempts: [1]\n").first?.contains("broker.attempts is a list") == true)
        #expect(try problems("broker: tcp://a:1\n").first?.contains("broker must hold settings of its own") == true)
    }

    @Test func tellsAllMistakesAtOnce() throws {
        #expect(try problems("broker:\n  attempts: 0\n  frontend: nowhere\nlog:\n  colour: red\n").count == 3)
    }

    @Test func checksTheSectionsOfOtherEnvironmentsToo() throws {
        #expect(
            try problems("environments:\n  production:\n    broker:\n      frontent: tcp://a:1\n") == [
                "dir/sibyl.yaml:4:7: there is no key broker.frontent; the nearest valid key is broker.frontend"
            ])
    }

    @Test func refusesWhatIsNoYAML() {
        #expect(failure("broker: [\n").first?.hasPrefix("dir/sibyl.yaml:2:1: this is not YAML") == true)
        #expect(failure("just text\n") == ["dir/sibyl.yaml:1:1: must hold settings, one `section:` a line"])
        #expect(failure("log:\n  level: info\nlog:\n  level: info\n").first?.contains("once only: log") == true)
    }

    @Test func anEnvironmentMustHaveItsSection() {
        let text = "environments:\n  production:\n    log:\n      level: error\n"
        #expect(
            failure(text, environment: "prodution") == [
                "dir/sibyl.yaml has no section environments.prodution; "
                    + "the nearest valid key is environments.production"
            ])
        #expect(failure("", environment: "production").first?.contains("no section environments.production") == true)
    }

    // MARK: - Models

    @Test func takesModelsWithTheirSettingsAsJSON() throws {
        let file = try read(
            """
            models:
              iris:
                plugin: lib/iris.so
                settings:
                  file: iris.model
                  scale: 1.5
                  quoted: "7"
                  flag: yes
                  layers: [{size: 3}, ~]
            """)
        #expect(file.problems.isEmpty)
        let entry = try #require(file.models.first)
        #expect(entry.name == "iris")
        #expect(entry.pluginPath == "dir/lib/iris.so")
        let expected =
            #"{"file":"iris.model","scale":1.5,"quoted":"7","flag":"yes","layers":[{"size":3},null]}"#
        #expect(entry.settings.description == expected)
    }

    @Test func takesWhatIsPutAroundAModel() throws {
        let text = """
            models:
              iris: {plugin: a.so, cache: {}, log: {path: iris.ndjson}}
              other: {plugin: b.so, cache: ~}
            environments:
              production:
                models:
                  iris: {log: {sample: 0.5}}
            """
        let models = try read(text, environment: "production").models
        #expect(models.first?.decorations == ["cache": [:], "log": ["path": "iris.ndjson", "sample": 0.5]])
        #expect(models.last?.decorations == [:])
        #expect(
            try problems("models:\n  iris: {plugin: a.so, cache: {entrys: 1}}\n").first?.contains(
                "models.iris: the model's description has a mistake: cache.entrys is unknown here") == true)
    }

    @Test func anEnvironmentOverridesPartsOfAModel() throws {
        let text = """
            models:
              iris: {plugin: a.so, settings: {threads: 1, name: x}}
            environments:
              production:
                models:
                  iris: {settings: {threads: 8}}
                  other: {plugin: b.so}
            """
        let models = try read(text, environment: "production").models
        #expect(models.map(\.name) == ["iris", "other"])
        #expect(models.first?.plugin == "a.so")
        #expect(models.first?.settings.description == #"{"threads":8,"name":"x"}"#)
        #expect(try read(text).models.map(\.name) == ["iris"])
    }

    @Test func namesMistakesInModels() throws {
        #expect(
            try problems("models:\n  iris: {plugin: a.so, setings: {}}\n") == [
                "dir/sibyl.yaml:2:24: there is no key models.iris.setings; "
                    + "the nearest valid key is models.iris.settings"
            ])
        #expect(try problems("models:\n  iris: {}\n").first?.contains("models.iris must say which plug-in") == true)
        #expect(try problems("models:\n  iris: a.so\n").first?.contains("models.iris must say which plug-in") == true)
        #expect(try problems("models: [a]\n").first?.contains("models must hold one entry for each model") == true)
    }
}
