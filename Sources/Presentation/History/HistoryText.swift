import KubernetesCodec
public import KubernetesRegistry
import KubernetesTables
public import Operations

/// The history of an object for reading: a paragraph a change, the oldest first.
public struct HistoryText: Sendable {
    /// Columns for each value of a field.
    private static let valueWidth = 80
    /// So many fields of one change are shown.
    private static let fieldLimit = 60

    private let colors: Colors

    public init(_ appearance: Appearance) {
        self.colors = appearance.colors
    }

    /// What stands above the changes of one object of several.
    public func heading(of object: StoredObject, in registry: Registry) -> String {
        let type = registry.resource(of: object)?.typeName ?? ""
        let namespace = registry.namespace(of: object)
        let place = namespace.isEmpty ? "" : " in \(namespace)"
        return self.colors.paint(terminalText("\(type)/\(registry.name(of: object))\(place)"), .heading)
            + "\n"
    }

    /// A change: its revision, time, kind, author and size, then its fields.
    public func text(of details: ChangeDetails) -> String {
        var line = "revision \(details.revisionText)  \(details.time.text)  \(details.kindText)"
        if !details.managers.isEmpty { line += " by \(details.managersText)" }
        if let count = details.valueByteCount { line += "  \(humanByteCount(UInt64(count)))" }
        var text = self.colors.paint(terminalText(line), details.meaning) + "\n"
        for line in self.body(of: details) { text += "    \(line)\n" }
        return text
    }

    private func body(of details: ChangeDetails) -> [String] {
        if let problem = details.problem {
            return [(details.isUnknown ? "what changed is not known: " : "not read: ") + problem.message]
        }
        let changes = details.difference.changes
        switch details.kind {
        case .state: return ["earlier changes were compacted away"]
        case .updated where details.followsUnknown:
            return ["what changed is not known: the state before is not there"]
        case .updated where details.differsInBytesAlone:
            return ["its stored bytes changed, and cannot be compared as an object"]
        case .updated where changes.isEmpty: return ["written again, with no field changed"]
        case .created, .deleted, .updated: break
        }
        let shown = changes.prefix(Self.fieldLimit).map { change in
            "\(self.colors.paint(change.sign, change.meaning)) \(change.line(width: Self.valueWidth))"
        }
        let rest = changes.count - shown.count
        return shown + (rest > 0 ? ["and \(counted(rest, "more field"))"] : [])
    }
}

/// The history of an object as patches of its YAML, the values of Secrets hidden.
public enum HistoryPatch {
    /// Appends the change from the state before; nothing for a state that a compaction left, and a line that is no part
    /// of a patch for one that was not read, may not have been made, or follows one that is not known.
    public static func append(_ details: ChangeDetails, to text: inout [UInt8]) {
        let path = [details.resource.qualifiedName, details.namespace, details.name].filter { !$0.isEmpty }
            .map { fileName($0) }.joined(separator: "/")
        if let unread = details.unreadText {
            let change = "\(details.kindText) at revision \(details.revision), \(details.time.text)"
            text += "# \(path).yaml, \(change): \(terminalText(unread))\n".utf8
            return
        }
        guard details.kind != .state else { return }
        guard !details.followsUnknown, !details.change.isUncertain else {
            let change = "\(details.kindText) at revision \(details.revisionText), \(details.time.text)"
            let reason =
                details.followsUnknown ? "the state before is not known" : "it may not have been made"
            text += "# \(path).yaml, \(change): \(reason)\n".utf8
            return
        }
        guard details.document != nil || details.previous != nil, !details.differsInBytesAlone else {
            if details.kind == .updated, !details.differsInBytesAlone { return }
            let old = details.kind == .created ? "/dev/null" : "a/\(path).yaml"
            let new = details.kind == .deleted ? "/dev/null" : "b/\(path).yaml"
            text += "Binary files \(old) and \(new) differ\n".utf8
            return
        }
        UnifiedDiff(from: yaml(of: details.previous), to: yaml(of: details.document)).append(
            oldName: details.kind == .created ? "/dev/null" : "a/\(path).yaml",
            newName: details.kind == .deleted
                ? "/dev/null" : "b/\(path).yaml\trevision \(details.revision), \(details.time.text)",
            to: &text
        )
    }
}

/// A name as a part of a path; what could leave the directory or the line is replaced.
private func fileName(_ name: String) -> String {
    let safe = terminalText(name).replacing("/", with: "_")
    return safe == "." || safe == ".." ? "_" : safe
}

/// The YAML of an object; empty for none.
private func yaml(of document: Document?) -> [UInt8] {
    guard let document else { return [] }
    var writer = YAMLWriter()
    writer.write(document)
    return writer.bytes
}
