import EtcdStorage
import KubernetesRegistry
import Presentation

/// Writes what `get` found, object by object.
struct ObjectListing {
    let registry: Registry
    /// Whether namespaces have a column.
    let showsNamespace: Bool
    let showsHeadings: Bool
    /// Whether names begin with their type, as they do when several resources are shown.
    let showsType: Bool

    /// `-o name`: `pod/web`, `deployment.apps/api`.
    func writeNames(of answers: [ObjectAnswer], to output: inout Output) throws {
        for answer in answers {
            for object in answer.objects {
                try output.write(terminalText(self.typedName(of: object, answer.resource)) + "\n")
            }
        }
    }

    /// `-o etcd`: one table of keys and revisions.
    func writeRecords(of answers: [ObjectAnswer], to output: inout Output) throws {
        let objects = answers.flatMap(\.objects)
        let headings = ["KEY", "CREATE", "MOD", "VERSION", "LEASE", "SIZE"]
        try self.writeRows(objects, under: headings, to: &output) { try self.recordCells(of: $0) }
    }

    /// A table of names for each resource, with an empty line between.
    func writeTables(of answers: [ObjectAnswer], to output: inout Output) throws {
        var isFirst = true
        for answer in answers where !answer.objects.isEmpty {
            if !isFirst, self.showsHeadings { try output.write("\n") }
            isFirst = false
            let showsNamespace = self.showsNamespace && answer.resource.scope != .cluster
            let headings = showsNamespace ? ["NAMESPACE", "NAME"] : ["NAME"]
            try self.writeRows(answer.objects, under: headings, to: &output) { object in
                let name = self.registry.name(of: object)
                let shown = self.showsType ? "\(answer.resource.typeName)/\(name)" : name
                return showsNamespace ? [self.registry.namespace(of: object), shown] : [shown]
            }
        }
    }

    /// Goes over the objects twice, so that no row has to be kept.
    private func writeRows(
        _ objects: [StoredObject],
        under headings: [String],
        to output: inout Output,
        cells: (StoredObject) throws -> [String]
    ) throws {
        guard !objects.isEmpty else { return }
        var columns = Columns(self.showsHeadings ? headings : headings.map { _ in "" })
        for object in objects { columns.measure(try cells(object)) }
        if self.showsHeadings { try output.write(columns.line(headings)) }
        for object in objects { try output.write(columns.line(try cells(object))) }
    }

    private func recordCells(of object: StoredObject) throws -> [String] {
        let record = try self.registry.record(of: object)
        return [
            terminalText(self.registry.key(of: object)),
            String(record.createRevision),
            String(record.modRevision),
            String(record.version),
            record.lease == 0 ? "-" : String(UInt64(bitPattern: record.lease), radix: 16),
            String(record.value.count),
        ]
    }

    private func typedName(of object: StoredObject, _ resource: Resource) -> String {
        "\(resource.typeName)/\(self.registry.name(of: object))"
    }
}
