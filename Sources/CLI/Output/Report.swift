/// Any JSON object as text for people: its plain members as a list of names and values, members that are lists of
/// objects as tables, and members that are objects under headings of their own.
///
/// It knows no field of `health` or `stats`: what a later server adds is shown as well.
enum Report {
    static func text(_ report: ReportValue, width: Int?) -> String {
        blocks(report.members, heading: "", width: width).joined(separator: "\n\n")
    }

    private static func blocks(_ members: [ReportValue.Member], heading: String, width: Int?) -> [String] {
        var plain = Table([.init(""), .init("")], hasHeader: false)
        var others: [String] = []
        for member in members {
            let name = heading.isEmpty ? member.name : heading + "." + member.name
            switch member.value {
            case .object(let nested) where nested.contains { !isPlain($0.value) }:
                others += blocks(nested, heading: name, width: width)
            case .object(let nested):
                if !nested.isEmpty { others.append(list(nested, heading: name, width: width)) }
            case .array(let items) where items.contains { !$0.members.isEmpty }:
                others.append(title(name) + "\n" + table(items, width: width))
            default: plain.add([title(member.name), member.value.line])
            }
        }
        if plain.isEmpty { return others }
        let text = plain.rendered(width: width)
        return [heading.isEmpty ? text : title(heading) + "\n" + text] + others
    }

    private static func isPlain(_ value: ReportValue) -> Bool {
        switch value {
        case .scalar: true
        case .array(let items): items.allSatisfy { $0.text != nil }
        case .object: false
        }
    }

    private static func list(_ members: [ReportValue.Member], heading: String, width: Int?) -> String {
        var table = Table([.init(""), .init("")], hasHeader: false)
        for member in members { table.add([title(member.name), member.value.line]) }
        return title(heading) + "\n" + table.rendered(width: width)
    }

    /// A row for each item; a column for each member that any of them has, those of inner objects too.
    private static func table(_ items: [ReportValue], width: Int?) -> String {
        let rows = items.map { flat($0.members, prefix: "") }
        var names: [String] = []
        for row in rows {
            for (name, _) in row where !names.contains(name) { names.append(name) }
        }
        let columns = names.map { name in
            let cells = rows.compactMap { row in row.first { $0.name == name }?.text }
            return Table.Column(title(name).uppercased(), cells.allSatisfy { Double($0) != nil } ? .right : .left)
        }
        var table = Table(columns)
        for row in rows { table.add(names.map { name in row.first { $0.name == name }?.text ?? "" }) }
        return table.rendered(width: width)
    }

    private static func flat(_ members: [ReportValue.Member], prefix: String) -> [(name: String, text: String)] {
        members.flatMap { member -> [(name: String, text: String)] in
            let name = prefix + member.name
            if case .object(let nested) = member.value, !nested.isEmpty { return flat(nested, prefix: name + " ") }
            return [(name, member.value.line)]
        }
    }

    /// `latency_us` as `latency us`: names are for programs, words for people.
    private static func title(_ name: String) -> String {
        name.replacing("_", with: " ")
    }
}
