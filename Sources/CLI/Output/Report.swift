internal import SibylJSON

/// Any JSON object as text for people: its plain members as a list of names and values, members that are lists of
/// objects as tables, and members that are objects under headings of their own. A table that is too wide for the
/// terminal is turned: a line for each member, a column for each item.
///
/// It knows no field of `health` or `stats`: what a later server adds is shown as well.
enum Report {
    static func text(_ report: JSONValue, width: Int?) -> String {
        blocks(report.object ?? [:], heading: "", width: width).joined(separator: "\n\n")
    }

    private static func blocks(_ members: JSONObject, heading: String, width: Int?) -> [String] {
        var plain = Table([.init(""), .init("")], hasHeader: false)
        var others: [String] = []
        for (key, value) in members {
            let name = heading.isEmpty ? key : heading + "." + key
            switch value {
            case .object(let nested): others += blocks(nested, heading: name, width: width)
            case .array(let items) where items.contains { $0.object != nil }:
                others.append(title(name) + "\n" + table(items, width: width))
            default: plain.add([title(key), shown(value)])
            }
        }
        if plain.isEmpty { return others }
        let text = plain.rendered(width: width)
        return [heading.isEmpty ? text : title(heading) + "\n" + text] + others
    }

    private static func table(_ items: [JSONValue], width: Int?) -> String {
        let items = items.map { flat($0.object ?? [:], prefix: "") }
        var names: [String] = []
        for item in items {
            for (name, _) in item where !names.contains(name) { names.append(name) }
        }
        let upright = upright(items, names)
        if upright.fits(width) { return upright.rendered(width: width) }
        let turned = turned(items, names)
        return (turned.fits(width) ? turned : upright).rendered(width: width)
    }

    /// A row for each item; a column for each member that any of them has, those of inner objects too.
    private static func upright(_ items: [Members], _ names: [String]) -> Table {
        let columns = names.map { name in
            let cells = items.compactMap { item in item.first { $0.name == name }?.value }
            return Table.Column(title(name).uppercased(), cells.allSatisfy { $0.double != nil } ? .right : .left)
        }
        var table = Table(columns)
        for item in items { table.add(names.map { text($0, of: item) }) }
        return table
    }

    private static func turned(_ items: [Members], _ names: [String]) -> Table {
        // Right, so that no column wraps: a value in two lines would look like two.
        var table = Table([.init("")] + items.map { _ in .init("", .right) }, hasHeader: false)
        for name in names { table.add([title(name)] + items.map { text(name, of: $0) }) }
        return table
    }

    private typealias Members = [(name: String, value: JSONValue)]

    private static func text(_ name: String, of item: Members) -> String {
        item.first { $0.name == name }.map { shown($0.value) } ?? ""
    }

    private static func shown(_ value: JSONValue) -> String {
        value.array?.isEmpty == true ? "none" : value.line
    }

    private static func flat(_ members: JSONObject, prefix: String) -> Members {
        members.flatMap { key, value -> Members in
            if let nested = value.object { return flat(nested, prefix: prefix + key + " ") }
            return [(prefix + key, value)]
        }
    }

    /// `latency_us` as `latency us`: names are for programs, words for people.
    private static func title(_ name: String) -> String {
        name.replacing("_", with: " ")
    }
}

extension JSONValue {
    /// The value in one line: a string without its quotes, a list with commas.
    var line: String {
        switch self {
        case .string(let text): text
        case .array(let items): items.map(\.line).joined(separator: ", ")
        default: description
        }
    }
}
