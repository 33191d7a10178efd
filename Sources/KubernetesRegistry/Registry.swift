public import EtcdStorage

/// The objects that Kubernetes keeps in a keyspace, in order of their keys: which resource and namespace every key
/// belongs to.
///
/// An object's name holds no slash, so a directory of keys belongs to one resource in one namespace, and a store of
/// many objects has few of them. What has to be known of a key's resource is worked out once a directory, never once
/// a key. Values are not read, but for the definitions of custom resources, and for one object of a directory whose
/// path leaves open what it is.
public struct Registry: Sendable {
    public let keyspace: Keyspace
    /// The roots, as `--etcd-prefix` gives them to API servers: `/registry`.
    public let roots: [String]
    /// Everything that can be asked for: built in, defined in the store, or seen in its keys.
    public let resources: [Resource]

    /// For each resource its indices in ``resources``: one, but for keys that no API server writes.
    let indices: [Resource: [Int]]
    /// All keys, in order.
    let runs: [KeyRun]
    /// The runs by resource and namespace.
    let groups: ResourceGroups

    /// Reads the keys of `keyspace`.
    ///
    /// - Parameters:
    ///   - keyspace: The keys at one revision.
    ///   - etcdPrefix: The one root to look below; without it, all roots that are found.
    /// - Throws: `.file(.shrank)`.
    public init(of keyspace: Keyspace, etcdPrefix: String? = nil) throws(StorageError) {
        let paths = keyspace.directories.map { directory in
            keyspace.withKey(of: keyspace[directory.positions.lowerBound]) { key in
                key.extracting(0..<directory.pathByteCount).withUnsafeBytes { Array($0) }
            }
        }
        var identities = ObjectIdentities(of: keyspace)
        let roots =
            etcdPrefix.map { [Roots.normalized($0)] } ?? Roots.find(in: keyspace, paths, asking: &identities)
        var map = ResourceMap(roots: roots)
        for root in roots { map.addDefinitions(below: root, in: keyspace, paths) }
        var runs = zip(paths, keyspace.directories).map { path, directory in
            let objects = map.objectDirectory(at: path) {
                identities.identity(at: directory.positions.lowerBound, nameOffset: path.count)
            }
            let isOutside = etcdPrefix != nil && map.resources[objects.resource].root == nil
            return KeyRun(positions: directory.positions, directory: isOutside ? nil : objects)
        }
        map.separateStandaloneKeys(of: &runs, in: keyspace)
        map.settleScopes(of: runs)
        try keyspace.checkUnchanged()
        self.keyspace = keyspace
        self.roots = roots
        self.resources = map.resources
        self.indices = Dictionary(grouping: map.resources.indices) { map.resources[$0] }
        self.runs = runs
        self.groups = ResourceGroups(of: runs, resourceCount: map.resources.count)
    }
}

/// Keys that follow each other and belong to one resource in one namespace.
struct KeyRun {
    /// Positions in the keyspace.
    var positions: Range<Int>
    /// What they are; nil when they lie outside of the asked root.
    var directory: ObjectDirectory?
}

extension Roots {
    /// The roots of a store whose directories have these paths.
    fileprivate static func find(
        in keyspace: Keyspace,
        _ paths: [[UInt8]],
        asking identities: inout ObjectIdentities
    ) -> [String] {
        let name = Array("default".utf8)
        var defaults: [DefaultNamespace] = []
        for path in paths {
            guard let root = self.root(ofNamespacesAt: path) else { continue }
            let (position, found) = keyspace.position(of: (path + name).span.bytes)
            guard found else { continue }
            defaults.append(DefaultNamespace(root: root, position: position, nameOffset: path.count))
        }
        return self.find(defaults: defaults) { root in
            !keyspace.positions(of: .prefix(Array("\(root)/".utf8))).isEmpty
        } isNamespace: { key in
            identities.identity(at: key.position, nameOffset: key.nameOffset)?.isDefaultNamespace == true
        }
    }
}

extension ResourceMap {
    /// Adds the custom resources that are defined below `root`, in kcp in its logical clusters.
    fileprivate mutating func addDefinitions(below root: String, in keyspace: Keyspace, _ paths: [[UInt8]]) {
        let path = Array(CustomResourceDefinition.directory(below: root).utf8)
        let defined = keyspace.positions(of: .prefix(path))
        var found: [Resource] = []
        for (index, directory) in keyspace.directories.enumerated()
        where defined.contains(directory.positions.lowerBound) {
            let isOfLogicalCluster = paths[index].count > path.count
            for position in directory.positions {
                let key = keyspace[position]
                let name = keyspace.withKey(of: key) { text(of: $0, from: paths[index].count) }
                let resource = try? keyspace.withRecord(of: key) { _, value in
                    Resource(definition: value, named: name, root: root)
                }
                guard let resource = resource ?? nil else { continue }
                if !isOfLogicalCluster {
                    found.append(resource)
                } else if !resource.kind.isEmpty {
                    self.addTemplate(resource)
                }
            }
        }
        for resource in found.sorted(by: { $0.directory < $1.directory }) { self.addKnown(resource) }
    }

    /// Keys that are named by themselves, right below a root or without one.
    private static let standaloneKeys = ["compact_rev_key", "health"].map { Array($0.utf8) }

    /// Cuts runs of unclassified keys where one of them stands alone, and gives that a resource of its own.
    fileprivate mutating func separateStandaloneKeys(of runs: inout [KeyRun], in keyspace: Keyspace) {
        var separated: [KeyRun] = []
        separated.reserveCapacity(runs.count)
        for run in runs {
            if let directory = run.directory, self.resources[directory.resource].isUnclassified {
                separated += self.standaloneKeys(of: run, directory, in: keyspace)
            } else {
                separated.append(run)
            }
        }
        runs = separated
    }

    private mutating func standaloneKeys(
        of run: KeyRun,
        _ directory: ObjectDirectory,
        in keyspace: Keyspace
    ) -> [KeyRun] {
        var parts: [KeyRun] = []
        var rest = run
        for name in Self.standaloneKeys {
            let offset = directory.nameOffset
            guard let position = keyspace.position(of: name, from: offset, in: rest.positions) else {
                continue
            }
            let own = self.standaloneDirectory(of: String(decoding: name, as: UTF8.self), beside: directory)
            parts.append(KeyRun(positions: rest.positions.lowerBound..<position, directory: directory))
            parts.append(KeyRun(positions: position..<position + 1, directory: own))
            rest.positions = position + 1..<rest.positions.upperBound
        }
        return (parts + [rest]).filter { !$0.positions.isEmpty }
    }
}

extension Keyspace {
    /// The position of the key within `positions`, whose keys begin alike, that reads `name` from byte `offset` on.
    func position(of name: [UInt8], from offset: Int, in positions: Range<Int>) -> Int? {
        var low = positions.lowerBound
        var high = positions.upperBound
        while low < high {
            let middle = (low + high) / 2
            let order = self.compareKey(at: middle, from: offset, to: name.span.bytes)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
