import EtcdStorage
import KubernetesRegistry
import KubernetesTables
public import Operations

/// What was deleted, as a table in order of revision.
public struct DeletedText: Sendable {
    private let deletions: [DeletedObject]

    public init(_ deletions: [DeletedObject]) {
        self.deletions = deletions
    }

    /// A row a deletion: when, what, how old its last state was, and whether the object came back.
    public var table: Table {
        let showsNamespace = self.deletions.contains { !$0.namespace.isEmpty }
        let headings =
            ["REVISION", "TIME"] + (showsNamespace ? ["NAMESPACE"] : []) + [
                "OBJECT", "LAST STATE", "CAME BACK",
            ]
        var table = Table(headings: headings)
        for deletion in self.deletions {
            var row = ["\(deletion.deletion.revision)", deletion.time.text]
            if showsNamespace { row.append(deletion.namespace.isEmpty ? "-" : deletion.namespace) }
            row.append("\(deletion.resource.typeName)/\(deletion.name)")
            table.append(row + [deletion.lastStateText, deletion.comebackText])
        }
        return table
    }
}

extension DeletedObject {
    /// `revision 2398, 54m before`.
    fileprivate var lastStateText: String {
        guard let lastState else { return "compacted away" }
        let revision = "revision \(lastState.revision)"
        guard let deleted = self.time.time, let made = self.lastTime?.time else { return revision }
        return "\(revision), \(durationText(seconds: max(0, deleted - made) / 1_000)) before"
    }

    fileprivate var comebackText: String {
        guard let comeback else { return "-" }
        let time = self.comebackTime?.time == nil ? "" : ", \(self.comebackTime?.text ?? "")"
        return "revision \(comeback.revision)\(time)"
    }
}
