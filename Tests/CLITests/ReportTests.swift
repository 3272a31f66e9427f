import SibylJSON
import Testing

@testable import sibyl

@Suite struct ReportTests {
    private func value(_ json: String) throws -> JSONValue { try JSONValue(parsing: json) }

    @Test func plainMembersAreAList() throws {
        let report = try value(#"{"status": "ready", "worker_count": 2, "unavailable": [], "tags": ["a", "b"]}"#)
        #expect(
            Report.text(report, width: nil) == """
                status        ready
                worker count  2
                unavailable   none
                tags          a, b
                """)
    }

    @Test func listsOfObjectsAreTablesAndObjectsHaveHeadings() throws {
        let report = try value(
            """
            {"uptime_s": 5,
             "requests": {"done": 10, "failed": 0},
             "workers": [{"name": "w1", "in_flight": 3, "latency": {"p50_us": 7}}, {"name": "w22", "state": "new"}]}
            """)
        #expect(
            Report.text(report, width: nil) == """
                uptime s  5

                requests
                done    10
                failed  0

                workers
                NAME  IN FLIGHT  LATENCY P50 US  STATE
                w1            3               7
                w22                              new
                """)
    }

    @Test func aTableThatIsTooWideIsTurned() throws {
        let report = try value(#"{"models": [{"name": "a", "per_second": 7}, {"name": "b", "per_second": 12}]}"#)
        #expect(
            Report.text(report, width: 14) == """
                models
                NAME       PER
                        SECOND
                a            7
                b           12
                """)
        #expect(
            Report.text(try value(#"{"models": [{"name": "a", "error_count": 7, "per_second": 12}]}"#), width: 18)
                == """
                models
                name          a
                error count   7
                per second   12
                """)
    }

    @Test func nothingIsNothing() throws {
        #expect(Report.text(try value("{}"), width: nil) == "")
        #expect(Report.text(try value(#"{"a": {}}"#), width: nil) == "")
    }

    @Test func aSchemaIsATableOfFields() throws {
        let schema = try value(
            """
            {"type": "object", "required": ["size"], "properties": {
              "size": {"type": "number", "exclusiveMinimum": 0, "maximum": 30, "description": "Size in cm"},
              "kind": {"enum": ["a", "b"]},
              "rows": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}}}}}
            """)
        #expect(
            SchemaTable.text(schema, width: nil) == """
                FIELD     TYPE             REQUIRED  MEANING
                size      number           yes       Size in cm; above 0; at most 30
                kind      one of           no        one of a, b
                rows      array of object  no
                rows[].x  integer          no
                """)
    }

    @Test(arguments: [
        (#"{"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807}"#, ""),
        (#"{"type": "integer", "minimum": 0, "maximum": 18446744073709551615}"#, "at least 0"),
        (#"{"type": "number", "description": "Size", "x-unit": "cm", "maximum": 30}"#, "Size; in cm; at most 30"),
    ])
    func whatAFieldMeansNamesItsUnitAndNoBoundOfItsType(_ schema: String, _ meaning: String) throws {
        let text = SchemaTable.text(try value(schema), width: nil)
        #expect(
            try #require(text.split(separator: "\n").last).hasSuffix(meaning.isEmpty ? "yes" : "yes       " + meaning))
    }

    @Test func aSchemaOfOneValueIsOneRow() throws {
        let text = SchemaTable.text(try value(#"{"type": ["string", "null"], "maxLength": 3}"#), width: nil)
        #expect(text.split(separator: "\n").last == "(the value)  string or null  yes       length at most 3")
    }
}
