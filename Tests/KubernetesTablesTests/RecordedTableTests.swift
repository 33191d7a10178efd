import KubernetesCodec
import KubernetesTables
import Testing

/// Every cell of every table that the API server answered with, ages included.
struct RecordedTableTests {
    /// Computed when it is asked for, never stored.
    static let computed: Set = ["componentstatuses"]
    /// What the server made anew or changed when it was started to answer: an event and its own lease.
    static let changedAtStart: Set = [
        "default/openshift-kube-apiserver.18ea63bd5e9f5c6d",
        "kube-system/apiserver-wlv32tlttr4jl3gtroqexyxapa",
    ]

    @Test func showsWhatTheServerShowsOfServedObjects() throws {
        try self.compare(RecordedCluster.served.get())
    }

    @Test func showsWhatTheServerShowsOfStoredObjects() throws {
        try self.compare(RecordedCluster.stored.get())
    }

    private func compare(_ cluster: RecordedCluster) throws {
        let resources = try RecordedCluster.names(in: "tables").filter { !Self.computed.contains($0) }
        var rowCount = 0
        var cellCount = 0
        for resource in resources {
            let recorded = try RecordedTable(resource)
            let table = try cluster.table(of: resource)
            #expect(table.columns.map(\.name) == recorded.columns.map(\.name), "\(resource)")
            #expect(table.columns.map(\.type) == recorded.columns.map(\.type), "\(resource)")
            #expect(table.columns.map(\.priority) == recorded.columns.map(\.priority), "\(resource)")
            let rows = try rows(of: cluster.objects(of: resource), table, at: recorded.takenAt)
            #expect(Set(rows.keys) == Set(recorded.rows.keys), "\(resource)")
            for (key, cells) in recorded.rows {
                #expect(rows[key] == cells, "\(resource) \(key)")
                rowCount += 1
                cellCount += cells.count
            }
        }
        #expect(resources.count == 53)
        #expect(rowCount == 1_934)
        #expect(cellCount == 15_074)
    }

    private func rows(of objects: [Value], _ table: ObjectTable, at now: Int64) -> [String: [Cell]] {
        var rows: [String: [Cell]] = [:]
        for object in objects {
            let key = RecordedCluster.key(of: object)
            guard !Self.changedAtStart.contains(key) else { continue }
            rows[key] = table.cells(of: object, at: now)
        }
        return rows
    }
}

/// The answer of an API server, as a table, to the question for all objects of a resource.
private struct RecordedTable {
    var columns: [Column] = []
    /// By namespace and name.
    var rows: [String: [Cell]] = [:]
    /// Unix time in seconds.
    var takenAt: Int64

    init(_ resource: String) throws {
        let recorded = try Document(json: RecordedCluster.read("tables/\(resource).json")).root
        self.takenAt = try RecordedCluster.seconds(recorded["takenAt"]?.string)
        for column in recorded["columns"]?.elements ?? [] {
            let name = column["name"]?.string ?? ""
            let priority = Int(column["priority"]?.integer ?? 0)
            self.columns.append(Column(name, type: column["type"]?.string ?? "", priority: priority))
        }
        for row in recorded["rows"]?.elements ?? [] {
            let key = "\(row["namespace"]?.string ?? "")/\(row["name"]?.string ?? "")"
            guard !RecordedTableTests.changedAtStart.contains(key) else { continue }
            // Of IP addresses the server sends a cell more than there are columns.
            self.rows[key] = (row["cells"]?.elements ?? []).prefix(self.columns.count).map(Self.cell)
        }
    }

    private static func cell(_ value: Value) -> Cell {
        switch value.kind {
        case .boolean: .boolean(value.boolean ?? false)
        case .number: value.integer.map(Cell.integer) ?? .number(value.double ?? .nan)
        case .string: .text(value.string ?? "")
        case .null, .array, .object: .null
        }
    }
}
