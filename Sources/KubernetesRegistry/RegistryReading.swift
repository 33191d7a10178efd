import Bolt
import EtcdStorage
import Files

extension DirectoryIndex {
    /// Calls `body` with every key in the directories that `wanted` says true for, and the key's position.
    func forEachKey(of keyspace: Keyspace, in wanted: [Bool], _ body: (Int, LiveKey, RawSpan) -> Void) {
        guard wanted.contains(true) else { return }
        var position = 0
        keyspace.forEach { key, bytes in
            if wanted[Int(self.directoryOfKey[position])] { body(position, key, bytes) }
            position += 1
        }
    }
}

extension Roots {
    /// The roots of a store whose directories are known.
    static func find(in index: DirectoryIndex, _ paths: [[UInt8]], of keyspace: Keyspace) -> [String] {
        let name = Array("default".utf8)
        let ending = Array("/namespaces/".utf8)
        var defaults: Set<Int> = []
        let candidates = paths.map { $0.suffix(ending.count).elementsEqual(ending) }
        index.forEachKey(of: keyspace, in: candidates) { position, key, bytes in
            let directory = Int(index.directoryOfKey[position])
            if bytes.holds(name, in: key.key.dropFirst(paths[directory].count)) { defaults.insert(directory) }
        }
        return self.find(
            defaults: defaults.map { String(decoding: paths[$0], as: UTF8.self) },
            directories: paths.map { String(decoding: $0, as: UTF8.self) }
        )
    }
}

extension ResourceMap {
    /// Adds the custom resources that are defined below `root`.
    mutating func addDefinitions(
        below root: String,
        in index: DirectoryIndex,
        _ paths: [[UInt8]],
        of keyspace: Keyspace
    ) {
        let directory = Array(CustomResourceDefinition.directory(below: root).utf8)
        var found: [Resource] = []
        index.forEachKey(of: keyspace, in: paths.map { $0 == directory }) { _, key, bytes in
            guard let record = key.keyValue(in: bytes) else { return }
            let name = bytes.text(record.key.dropFirst(directory.count))
            let value = bytes.extracting(record.value)
            if let resource = Resource(definition: value, named: name, root: root) { found.append(resource) }
        }
        for resource in found.sorted(by: { $0.directory < $1.directory }) { self.add(resource) }
    }
}

extension DirectoryIndex {
    /// Keys that stand alone, right below a root or without one, and are named by themselves.
    private static let loneKeys = ["compact_rev_key", "health"]

    /// Gives each of the keys that stand alone a directory and a resource of its own.
    mutating func separateLoneKeys(
        of keyspace: Keyspace,
        placements: inout [ResourceMap.Placement?],
        map: inout ResourceMap
    ) {
        var lone: [(position: Int, key: LiveKey, name: String, neighbour: ResourceMap.Placement)] = []
        let loose = placements.map { $0.map { map.resources[$0.resource].isLoose } ?? false }
        self.forEachKey(of: keyspace, in: loose) { position, key, bytes in
            guard let placement = placements[Int(self.directoryOfKey[position])] else { return }
            let range = key.key.dropFirst(placement.nameOffset)
            for name in Self.loneKeys where bytes.holds(Array(name.utf8), in: range) {
                lone.append((position, key, name, placement))
            }
        }
        for (position, key, name, neighbour) in lone {
            self.separate(keyAt: position, key: key)
            placements.append(map.placeAlone(name, in: neighbour))
        }
    }
}
