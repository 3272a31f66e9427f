internal import SibylJSON

/// Any JSON object as text for people: its plain members as a list of names and values, members that are lists of
/// objects as tables, and members that are objects under headings of their own.
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
            default: plain.add([title(key), value.line])
            }
        }
        if plain.isEmpty { return others }
        let text = plain.rendered(width: width)
        return [heading.isEmpty ? text : title(heading) + "\n" + text] + others
    }

    /// A row for each item; a column for each member that any of them has, those of inner objects too.
    private static func table(_ items: [JSONValue], width: Int?) -> String {
        let rows = items.map { flat($0.object ?? [:], prefix: "") }
        var names: [String] = []
        for row in rows {
            for (name, _) in row where !names.contains(name) { names.append(name) }
        }
        let columns = names.map { name in
            let cells = rows.compactMap { row in row.first { $0.name == name }?.value }
            return Table.Column(title(name).uppercased(), cells.allSatisfy { $0.double != nil } ? .right : .left)
        }
        var table = Table(columns)
        for row in rows { table.add(names.map { name in row.first { $0.name == name }?.value.line ?? "" }) }
        return table.rendered(width: width)
    }

    private static func flat(_ members: JSONObject, prefix: String) -> [(name: String, value: JSONValue)] {
        members.flatMap { key, value -> [(name: String, value: JSONValue)] in
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
