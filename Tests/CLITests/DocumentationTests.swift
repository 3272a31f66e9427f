import Configuration
import Testing

@testable import sibyl

/// The files that tell people of the settings, held to the table of settings.
@Suite struct DocumentationTests {
    private static let root = FilePaths.directory(of: #filePath) + "/../.."

    private func text(of path: String) throws -> String {
        String(decoding: try FilePaths.read(Self.root + "/" + path), as: UTF8.self)
    }

    @Test func theExampleFileHasEveryKeyWithItsDefault() throws {
        let file = try ConfigurationFile(
            path: "sibyl.example.yaml", text: try text(of: "sibyl.example.yaml"), environment: "production")
        #expect(file.problems == [])
        #expect(file.models.count == 1)
        for key in ConfigurationKeys.all {
            let value = file.base.contents[AbsoluteConfigKey(key.path)]?.content
            #expect(value != nil, "\(key.name) is missing")
            if let standard = key.type.value(of: key.standard) { #expect(value == standard, "\(key.name)") }
        }
    }

    @Test func theExampleFileSaysSomethingAboutEachKey() throws {
        let lines = try text(of: "sibyl.example.yaml").split(separator: "\n")
        for key in ConfigurationKeys.all {
            let name = key.name.split(separator: ".").last ?? ""
            let places = lines.indices.filter { lines[$0].hasPrefix("  \(name):") }
            #expect(!places.isEmpty && places.allSatisfy { lines[$0 - 1].contains("# ") }, "\(key.name)")
        }
    }

    @Test func theFileAtTheRootIsValid() throws {
        let file = try ConfigurationFile(path: "sibyl.yaml", text: try text(of: "sibyl.yaml"), environment: nil)
        #expect(file.problems == [])
        #expect(file.models.map(\.plugin) == ["Models/IrisModel/.build/release/libIrisPlugin.so"])
    }

    @Test func theTableOfSettingsStandsInTheDocumentation() throws {
        let page = try text(of: "docs/configuration.md")
        #expect(page.contains(KeyDocumentation.markdown), "replace the table by:\n\(KeyDocumentation.markdown)")
    }

    @Test func theExitStatusesStandInTheDocumentation() throws {
        let page = try text(of: "docs/configuration.md")
        for status in ExitStatus.allCases {
            #expect(page.contains("| \(status.rawValue) | \(status.meaning) |"), "\(status)")
        }
    }
}
