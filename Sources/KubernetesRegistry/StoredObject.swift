import Bolt
public import EtcdStorage
import Files

/// An object, by where it lies.
public struct StoredObject: Sendable {
    public let key: LiveKey
    /// Index into ``Registry/placements``.
    let directory: Int
}

extension Registry {
    /// The resource of an object.
    public func resource(of object: StoredObject) -> Resource? {
        self.placements[object.directory].map { self.resources[$0.resource] }
    }

    /// The namespace of an object, "" in cluster scope.
    public func namespace(of object: StoredObject) -> String {
        self.placements[object.directory]?.namespace ?? ""
    }

    /// The name of an object; bytes that are not UTF-8 become U+FFFD.
    public func name(of object: StoredObject) -> String {
        self.keyspace.file.withBytes { $0.text(self.nameRange(of: object)) }
    }

    /// The key of an object, as it is stored.
    public func key(of object: StoredObject) -> [UInt8] {
        self.keyspace.file.withBytes { bytes in
            bytes.extracting(object.key.key).withUnsafeBytes { Array($0) }
        }
    }

    /// The record of an object: revisions, lease and where its value lies.
    ///
    /// - Throws: `.badKeyValue` when it is damaged.
    public func record(of object: StoredObject) throws(StorageError) -> KeyValue {
        try self.keyspace.file.withBytes { (bytes) throws(StorageError) in
            guard let record = object.key.keyValue(in: bytes) else {
                throw self.keyspace.damage(at: object.key, in: bytes)
            }
            return record
        }
    }

    /// Size of an object's value, in bytes.
    public func valueByteCount(of object: StoredObject) -> Int {
        object.key.valueByteCount
    }

    private func nameRange(of object: StoredObject) -> Range<Int> {
        object.key.key.dropFirst(self.placements[object.directory]?.nameOffset ?? 0)
    }

    /// The objects of some resources, resource by resource in the given order, each in order of keys.
    ///
    /// - Parameters:
    ///   - resources: What to look for.
    ///   - namespace: Where to look for namespaced resources; nothing for everywhere.
    ///   - names: Only objects of these names; nothing for all.
    /// - Returns: Where each of them lies.
    public func objects(
        of resources: [Resource],
        namespace: String? = nil,
        names: [String]? = nil
    ) -> [StoredObject] {
        var order = [Int](repeating: -1, count: self.resources.count)
        for (place, resource) in resources.enumerated() {
            for (index, known) in self.resources.enumerated() where known == resource { order[index] = place }
        }
        let rank = self.placements.map { placement in
            guard let placement, order[placement.resource] >= 0 else { return -1 }
            let isThere = namespace == nil || placement.namespace == namespace || placement.namespace.isEmpty
            return isThere ? order[placement.resource] : -1
        }
        return self.sortedObjects(rank: rank, names: names)
    }

    /// The objects of the directories whose rank is not below 0, by rank and then by key.
    func sortedObjects(rank: [Int], names: [String]? = nil) -> [StoredObject] {
        guard rank.contains(where: { $0 >= 0 }) else { return [] }
        let names = names.map { $0.map { Array($0.utf8) } }
        var found: [StoredObject] = []
        var position = 0
        return self.keyspace.file.withBytes { bytes in
            self.keyspace.forEach { key, _ in
                let directory = Int(self.directoryOfKey[position])
                position += 1
                guard rank[directory] >= 0 else { return }
                let object = StoredObject(key: key, directory: directory)
                if let names {
                    let range = self.nameRange(of: object)
                    guard names.contains(where: { bytes.holds($0, in: range) }) else { return }
                }
                found.append(object)
            }
            found.sort { left, right in
                let (one, other) = (rank[left.directory], rank[right.directory])
                return one != other ? one < other : bytes.compare(left.key.key, right.key.key) < 0
            }
            return found
        }
    }
}
