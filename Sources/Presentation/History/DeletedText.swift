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
            var row = [deletion.deletion.revisionText, deletion.time.text]
            if showsNamespace { row.append(deletion.namespace.isEmpty ? "-" : deletion.namespace) }
            row.append("\(deletion.resource.typeName)/\(deletion.name)")
            table.append(row + [deletion.lastStateText, deletion.comebackText])
        }
        return table
    }
}

extension DeletedObject {
    /// `revision 2398, 54m before`; where it is only known when the one was not yet or the other already, no more is said
    /// than follows from that.
    fileprivate var lastStateText: String {
        guard let lastState else { return "compacted away" }
        let revision = "revision \(lastState.revision)"
        guard let deleted = self.time.time, let last = self.lastTime, let made = last.time, last.error != nil
        else { return revision }
        let isLowerBound = self.time.error == nil
        guard !isLowerBound || self.time.earliest != nil else { return revision }
        let seconds = max(0, deleted - made) / 1_000
        guard !isLowerBound || seconds > 0 else { return revision }
        return "\(revision), \(isLowerBound ? "more than " : "")\(durationText(seconds: seconds)) before"
    }

    fileprivate var comebackText: String {
        guard let comeback else { return "-" }
        let time = self.comebackTime?.time == nil ? "" : ", \(self.comebackTime?.text ?? "")"
        return "revision \(comeback.revision)\(time)"
    }
}
