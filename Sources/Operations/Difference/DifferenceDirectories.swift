import EtcdStorage
import Files
import Glibc
import KubernetesCodec
import KubernetesRegistry
import SystemPackage

/// The objects that differ, as YAML files in two directories, for a program that compares directories.
///
/// The directories have mode 0700, the files 0600; values of Secrets are hidden. Both are removed with this value.
///
/// Source: kubernetes/kubectl `pkg/cmd/diff/diff.go`, `Directory` and `InfoObject.Name`.
public final class DifferenceDirectories {
    private let scratch: ScratchDirectory

    /// Where the old states are.
    public var old: String { "\(self.scratch.path)/OLD" }
    /// Where the new states are.
    public var new: String { "\(self.scratch.path)/NEW" }

    /// Makes the two directories in `parent`, both empty.
    public init(in parent: String) throws {
        self.scratch = try ScratchDirectory(in: parent, purpose: "diff")
        for path in [self.old, self.new] {
            guard mkdir(path, 0o700) == 0 else {
                throw FileError(.system(doing: "create", Errno(rawValue: errno)), path: path)
            }
        }
    }

    deinit { self.remove() }

    /// Removes both with all that is in them.
    public func remove() { self.scratch.remove() }

    /// One of the two states of an object.
    public enum Side: Sendable {
        case old
        case new
    }

    /// Writes what differs.
    ///
    /// - Parameters:
    ///   - difference: What differs.
    ///   - unread: What is written for a state that could not be read, which was made at a revision.
    /// - Returns: How much it is.
    /// - Throws: `FileError` when a file cannot be written; what reading the sources throws.
    public func write(
        _ difference: RegistryDifference,
        unread: @escaping @Sendable (Side, _ revision: Int64) -> String
    ) async throws -> DifferenceSummary {
        var used: Set<String> = []
        return try await difference.forEach(startingWith: [Pair]()) { pairs, change in
            pairs.append(Pair(change, unread: unread))
        } take: { pairs in
            for pair in pairs {
                let name = used.contains(pair.name) ? pair.longName : pair.name
                used.insert(name)
                if let old = pair.old { try self.write(old, to: "\(self.old)/\(name)") }
                if let new = pair.new { try self.write(new, to: "\(self.new)/\(name)") }
            }
        }
    }

    private func write(_ yaml: [UInt8], to path: String) throws(FileError) {
        let file = try OutputFile(creating: path)
        try file.append(yaml)
        try file.close()
    }

    /// The two states of an object as YAML; nil for one that is not there.
    private struct Pair: Sendable {
        /// `apps.v1.Deployment.shop.web`, as kubectl calls the file.
        var name: String
        /// The key, of which there are no two.
        var longName: String
        var old: [UInt8]?
        var new: [UInt8]?

        init(_ change: ObjectChange, unread: (Side, _ revision: Int64) -> String) {
            let root = (change.new?.document ?? change.old?.document)?.root
            let version = root?["apiVersion"]?.string ?? change.resource.qualifiedName
            let kind = root?["kind"]?.string ?? change.resource.kind
            let type = version.split(separator: "/").map(String.init) + [kind]
            self.name = fileName((type + [change.namespace, change.name]).joined(separator: "."))
            self.longName = fileName(change.resource.key(namespace: change.namespace, name: change.name))
            self.old = change.old.map { state in
                state.document.map(yaml) ?? Array(unread(.old, state.metadata.modRevision).utf8)
            }
            self.new = change.new.map { state in
                state.document.map(yaml) ?? Array(unread(.new, state.metadata.modRevision).utf8)
            }
        }
    }
}

private func yaml(of document: Document) -> [UInt8] {
    var writer = YAMLWriter()
    writer.write(document)
    return writer.bytes
}
