import EtcdStorage
import KubernetesCodec
public import KubernetesRegistry
public import Operations

extension UndeletedObject {
    private var title: String {
        let place = self.deletion.namespace.isEmpty ? "" : " in namespace \(self.deletion.namespace)"
        return terminalText("\(self.deletion.resource.typeName)/\(self.deletion.name)\(place)")
    }

    /// What a person should know of it before it is applied, a line each.
    public var lines: [String] {
        var lines: [String] = []
        if !self.missingOwners.isEmpty {
            let owners = terminalText(self.missingOwners.joined(separator: ", "))
            lines.append(
                "Warning: \(self.title) names owners that are gone (\(owners)): applied with these ownerReferences, "
                    + "the garbage collector deletes it again"
            )
        }
        return lines
    }

    /// Which Secret it is; nil for another object.
    public var secretTitle: String? { self.isSecret ? self.title : nil }

    /// The line that says that Secrets were printed with their values; nil for none.
    ///
    /// - Parameter titles: Of the Secrets, as ``secretTitle`` has them.
    /// - Returns: The line, with the first of them by name.
    public static func secretsLine(_ titles: [String]) -> String? {
        guard let first = titles.first else { return nil }
        guard titles.count > 1 else { return "Warning: \(first) is printed with its secret values" }
        return
            "Warning: \(first) and \(counted(titles.count - 1, "other secret")) are printed with their secret values"
    }

    /// Appends its YAML as a document of a stream.
    public func append(to text: inout [UInt8]) {
        text += "---\n".utf8
        var writer = YAMLWriter()
        swap(&writer.bytes, &text)
        writer.write(self.document)
        swap(&writer.bytes, &text)
    }
}

extension Undelete {
    /// The line that says that some keys are left out; nil for none.
    public static func leftOutLine(_ count: Int) -> String? {
        guard count > 0 else { return nil }
        let keys = count == 1 ? "1 key" : "\(count) keys"
        return "Note: \(keys) that API servers keep for themselves, or of which no state is left, "
            + (count == 1 ? "is left out" : "are left out")
    }
}

extension NotDeleted {
    /// The line that says why nothing is printed of it.
    public var line: String {
        switch self {
        case .notFound(let missing): missing.line
        case .lives(let resource, let name):
            "Error: " + terminalText("\(resource.qualifiedName) \"\(name)\" is there and was not deleted")
        case .earlier(let resource, let name, let revision):
            "Error: "
                + terminalText(
                    "\(resource.qualifiedName) \"\(name)\" was deleted earlier, at revision \(revision)"
                )
        }
    }
}

extension ObjectTimeline {
    /// The line that says that an object was not there.
    public func deletedLine(_ deletion: RetainedChange) -> String {
        let registry = self.history.registry
        let type = registry.resource(of: deletion.object)?.qualifiedName ?? ""
        let name = "\(type) \"\(registry.name(of: deletion.object))\""
        return "Error: " + terminalText("\(name) was deleted at revision \(deletion.revision)")
    }
}
