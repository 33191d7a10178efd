import KubernetesCodec
import KubernetesTables
import Testing

/// Columns that definitions ask for.
struct CustomResourceTests {
    private let version1 = """
        {"spec": {"versions": [{"name": "v1alpha1"}, {"name": "v1", "additionalPrinterColumns": [
          {"name": "Text", "type": "string", "jsonPath": ".spec.text"},
          {"name": "Count", "type": "integer", "jsonPath": ".spec.count", "priority": 2},
          {"name": "Ratio", "type": "number", "jsonPath": ".spec.ratio", "format": "float"},
          {"name": "On", "type": "boolean", "jsonPath": ".spec.on"},
          {"name": "Since", "type": "date", "jsonPath": ".spec.since"}]}]}}
        """

    private func cells(_ spec: String) throws -> [Cell] {
        let table = try ObjectTable.custom(definition: object(version1), version: "v1")
        return try Array(table.cells(of: object(#"{"spec": \#(spec)}"#), at: someTime).dropFirst())
    }

    @Test func takesColumnsFromTheDefinition() throws {
        let table = try ObjectTable.custom(definition: object(version1), version: "v1")
        #expect(table.columns.map(\.name) == ["Name", "Text", "Count", "Ratio", "On", "Since"])
        #expect(table.columns[2] == Column("Count", type: "integer", priority: 2))
        #expect(table.columns[3].format == "float")
        #expect(table.shownColumns(wide: false) == [0, 1, 3, 4, 5])
    }

    @Test func showsTheAgeWhereTheDefinitionAsksForNothing() throws {
        let table = try ObjectTable.custom(definition: object(version1), version: "v1alpha1")
        #expect(table.columns == [Column("Name", format: "name"), Column("Age", type: "date")])
    }

    @Test func takesColumnsOfAllVersionsFromOlderDefinitions() throws {
        let definition = """
            {"spec": {"version": "v1", "versions": [{"name": "v1"}],
             "additionalPrinterColumns": [{"name": "A", "type": "string", "JSONPath": ".a"}]}}
            """
        let table = try ObjectTable.custom(definition: object(definition), version: "v1")
        #expect(table.columns.map(\.name) == ["Name", "A"])
        #expect(try table.cells(of: object(#"{"a": "x"}"#), at: someTime) == [.text(""), .text("x")])
    }

    @Test func showsValuesOfTheColumnsType() throws {
        #expect(
            try cells(
                #"{"text": "t", "count": 3, "ratio": 1.5, "on": true, "since": "2026-11-22T13:00:00Z"}"#
            )
                == [.text("t"), .integer(3), .number(1.5), .boolean(true), .text("60m")]
        )
        #expect(
            try cells(#"{"text": 7, "count": 3.9, "ratio": 2, "on": false, "since": "yesterday"}"#)
                == [.text("7"), .integer(3), .number(2), .boolean(false), .text("<invalid>")]
        )
        #expect(
            try cells(#"{"text": {"b": [1, "<"], "a": null}}"#)[0] == .text(#"{"a":null,"b":[1,"\u003c"]}"#)
        )
        #expect(try cells(#"{"text": 1500000.5}"#)[0] == .text("1.5000005e+06"))
        #expect(try cells(#"{"text": null}"#)[0] == .text("<no value>"))
    }

    @Test func followsPathsWithFilters() throws {
        let definition = """
            {"spec": {"versions": [{"name": "v1", "additionalPrinterColumns": [
              {"name": "Ready", "type": "string",
               "jsonPath": ".status.conditions[?(@.type==\\"Ready\\")].status"},
              {"name": "All", "type": "string", "jsonPath": ".status.conditions[*].type"},
              {"name": "Wrong", "type": "string", "jsonPath": ".status["},
              {"name": "Late", "type": "string", "jsonPath": ".status"}]}]}}
            """
        let table = try ObjectTable.custom(definition: object(definition), version: "v1")
        #expect(table.columns.map(\.name) == ["Name", "Ready", "All"])
        let conditions = #"[{"type": "Synced", "status": "False"}, {"type": "Ready", "status": "True"}]"#
        let ready = try object(#"{"status": {"conditions": \#(conditions)}}"#)
        #expect(table.cells(of: ready, at: someTime)[1...] == [.text("True"), .text("Synced")])
        #expect(try table.cells(of: object("{}"), at: someTime)[1...] == [.null, .null])
    }

    @Test func leavesCellsEmptyForOtherTypesAndMissingValues() throws {
        #expect(try cells("{}") == Array(repeating: .null, count: 5))
        #expect(
            try cells(#"{"text": "", "count": "3", "ratio": "1", "on": "true", "since": 5}"#)
                == [.text(""), .null, .null, .null, .null]
        )
    }
}
