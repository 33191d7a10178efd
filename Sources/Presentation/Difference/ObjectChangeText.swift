import EtcdStorage
import JSONText
import KubernetesCodec
import KubernetesRegistry
public import Operations

/// The formats of a comparison.
public enum DifferenceFormat: String, CaseIterable, Sendable {
    /// A summary, and below it every object with the fields that differ.
    case text
    /// The summary alone.
    case summary
    case json
    /// A patch of YAML files, one an object.
    case patch
}

extension ObjectChange {
    /// `deployments.apps shop/web`.
    fileprivate var title: String {
        let place = self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)"
        return terminalText("\(self.resource.qualifiedName) \(place)")
    }

    /// The object and the fields that differ, a line each.
    func appendText(in colors: Colors, to text: inout [UInt8]) {
        switch self.kind {
        case .added: text += (colors.paint("+ \(self.title)", .good) + "\n").utf8
        case .removed: text += (colors.paint("- \(self.title)", .bad) + "\n").utf8
        case .unknown:
            text += (colors.paint("? \(self.title)", .warning) + "  (encrypted and not opened)\n").utf8
        case .changed(let difference):
            text += (colors.paint("~ \(self.title)", .warning) + "\n").utf8
            if difference.isEmpty {
                text += "    (its stored bytes differ, and cannot be compared as an object)\n".utf8
            }
            for change in difference.changes {
                text += "    \(colors.paint(change.sign, change.meaning)) \(change.line())\n".utf8
            }
        }
    }

    /// One JSON object in one line.
    func appendJSON(to json: inout [UInt8]) {
        json += "{\"change\":\"\(self.word)\"".utf8
        if case .changed(let difference) = self.kind {
            json += ",\"fields\":[".utf8
            for (index, change) in difference.changes.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                change.appendJSON(to: &json)
            }
            json.append(UInt8(ascii: "]"))
        }
        json += ",\"group\":\(GoJSON.string(self.resource.group))".utf8
        json += ",\"name\":\(GoJSON.string(self.name)),\"namespace\":\(GoJSON.string(self.namespace))".utf8
        if let new { json += ",\"newRevision\":\(new.metadata.modRevision)".utf8 }
        if let old { json += ",\"oldRevision\":\(old.metadata.modRevision)".utf8 }
        json += ",\"resource\":\(GoJSON.string(self.resource.plural))".utf8
        json += ",\"root\":\(GoJSON.string(self.resource.clusterRoot.prefixText))}".utf8
    }

    private var word: String {
        switch self.kind {
        case .added: "added"
        case .removed: "removed"
        case .changed: "changed"
        case .unknown: "unknown"
        }
    }

    /// The two states' YAML as a patch of a file that is named for the object.
    func appendPatch(to text: inout [UInt8]) {
        let path = self.filePath
        let (oldName, newName) = ("a/\(path)", "b/\(path)")
        guard self.old == nil || self.old?.document != nil, self.new == nil || self.new?.document != nil
        else {
            text += "Binary files \(self.old == nil ? "/dev/null" : oldName) and ".utf8
            text += "\(self.new == nil ? "/dev/null" : newName) differ\n".utf8
            return
        }
        UnifiedDiff(from: yaml(of: self.old?.document), to: yaml(of: self.new?.document))
            .append(
                oldName: self.old == nil ? "/dev/null" : oldName,
                newName: self.new == nil ? "/dev/null" : newName,
                to: &text
            )
    }

    /// `deployments.apps/shop/web.yaml`.
    private var filePath: String {
        [self.resource.qualifiedName, self.namespace].filter { !$0.isEmpty }.map { "\(fileName($0))/" }
            .joined()
            + fileName(self.name) + ".yaml"
    }
}

extension DifferenceDirectories.Side {
    /// What stands in the file of a state that could not be read.
    public func unreadText(revision: Int64) -> String {
        let side =
            switch self {
            case .old: "old"
            case .new: "new"
            }
        return
            "# The \(side) state, of revision \(revision), is not shown: it could not be read, or not be compared.\n"
    }
}

/// The YAML of an object; empty for none.
private func yaml(of document: Document?) -> [UInt8] {
    guard let document else { return [] }
    var writer = YAMLWriter()
    writer.write(document)
    return writer.bytes
}
