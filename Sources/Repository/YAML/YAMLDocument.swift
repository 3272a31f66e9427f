internal import SibylJSON
package import Yams

/// A text of YAML, as nodes that know their places.
package enum YAMLDocument {
    /// What a text may stand for when all its aliases are put in, in nodes: a page of aliases of aliases stands for more
    /// than any memory holds, and what anybody writes by hand has some thousands.
    package static let mostNodes = 1_000_000

    /// Reads a text.
    ///
    /// - Returns: nil for a text with nothing but comments.
    package static func compose(_ text: String) throws(YAMLFault) -> Node? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw fault(of: error)
        } catch {
            throw YAMLFault("\(error)")
        }
        var room = mostNodes
        if let root, !fits(root, &room) {
            throw YAMLFault("its aliases stand for more than \(mostNodes) values", root.mark)
        }
        return root
    }

    private static func fits(_ node: Node, _ room: inout Int) -> Bool {
        room -= 1
        if room < 0 { return false }
        switch node {
        case .scalar, .alias: return true
        case .sequence(let items): return items.allSatisfy { fits($0, &room) }
        case .mapping(let members): return members.allSatisfy { fits($0.key, &room) && fits($0.value, &room) }
        }
    }

    /// - Parameter offset: in characters.
    private static func place(at offset: Int, in text: String) -> (line: Int, column: Int) {
        let lines = text.prefix(offset).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return (max(lines.count, 1), (lines.last?.count ?? 0) + 1)
    }

    private static func fault(of error: YamlError) -> YAMLFault {
        switch error {
        case .reader(let text, let offset, _, let yaml):
            var fault = YAMLFault("this is not YAML: \(text)")
            fault.place = offset.map { place(at: $0, in: yaml) }
            return fault
        case .scanner(let context, let text, let mark, _), .parser(let context, let text, let mark, _),
            .composer(let context, let text, let mark, _):
            return YAMLFault("this is not YAML: \(context.map { $0.text + ", " } ?? "")\(text)", mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return YAMLFault("keys may stand once only: \(duplicates.sorted().joined(separator: ", "))", context.mark)
        default: return YAMLFault("this is not YAML: \(error)")
        }
    }
}

/// Why a text can't be used, and where.
package struct YAMLFault: Error, Sendable, CustomStringConvertible {
    package var message: String
    /// From 1 on; nil where no place is known.
    package var place: (line: Int, column: Int)?

    package init(_ message: String, _ mark: Mark? = nil) {
        self.message = message
        place = mark.map { ($0.line, $0.column) }
    }

    package var description: String { place.map { "\($0.line):\($0.column): \(message)" } ?? message }

    /// With the file's name and the place in front.
    func inFile(_ name: String) -> String { place == nil ? "\(name): \(self)" : "\(name):\(self)" }
}
