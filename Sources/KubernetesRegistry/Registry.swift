import Bolt
public import EtcdStorage
import Files

/// The objects that Kubernetes keeps in a keyspace: which resource and namespace every key belongs to.
///
/// Made in one pass over the keys. Values are not read, but for the definitions of custom resources.
public struct Registry: Sendable {
    public let keyspace: Keyspace
    /// The roots, as `--etcd-prefix` gives them to API servers: `/registry`.
    public let roots: [String]
    /// Everything that can be asked for: built in, defined in the store, or seen in its keys.
    public let resources: [Resource]

    let directories: [DirectoryIndex.Directory]
    let directoryOfKey: [UInt32]
    /// For each directory what it stands for; nothing when it lies outside of the asked root.
    let placements: [ResourceMap.Placement?]

    /// Reads the keys of `keyspace`.
    ///
    /// - Parameters:
    ///   - keyspace: The keys at one revision.
    ///   - etcdPrefix: The one root to look below; without it, all roots that are found.
    /// - Throws: `.badKeyValue` for a record damaged in front of its value; `.file(.shrank)`.
    public init(of keyspace: Keyspace, etcdPrefix: String? = nil) throws(StorageError) {
        var index = try DirectoryIndex(of: keyspace)
        let paths = keyspace.file.withBytes { bytes in
            index.directories.map { directory in
                bytes.extracting(directory.path).withUnsafeBytes { Array($0) }
            }
        }
        let roots = etcdPrefix.map { [Roots.normalized($0)] } ?? Roots.find(in: index, paths, of: keyspace)
        var map = ResourceMap(roots: roots)
        for root in roots { map.addDefinitions(below: root, in: index, paths, of: keyspace) }
        var placements: [ResourceMap.Placement?] = []
        for path in paths {
            let placement = map.place(path)
            let isOutside = map.resources[placement.resource].root == nil
            placements.append(isOutside && etcdPrefix != nil ? nil : placement)
        }
        index.separateLoneKeys(of: keyspace, placements: &placements, map: &map)
        self.keyspace = keyspace
        self.roots = roots
        self.resources = map.resources
        self.directories = index.directories
        self.directoryOfKey = index.directoryOfKey
        self.placements = placements
    }
}
