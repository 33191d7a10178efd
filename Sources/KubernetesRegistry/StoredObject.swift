public import EtcdStorage

/// An object, by where it lies.
public struct StoredObject: Sendable {
    public let key: LiveKey
    /// Index into ``Registry/runs``.
    let run: Int
}

extension Registry {
    /// The resource of an object.
    public func resource(of object: StoredObject) -> Resource? {
        self.runs[object.run].directory.map { self.resources[$0.resource] }
    }

    /// The namespace of an object, "" in cluster scope.
    public func namespace(of object: StoredObject) -> String {
        self.runs[object.run].directory?.namespace ?? ""
    }

    /// The name of an object; bytes that are not UTF-8 become U+FFFD.
    public func name(of object: StoredObject) -> String {
        let offset = self.runs[object.run].directory?.nameOffset ?? 0
        return self.keyspace.withKey(of: object.key) { text(of: $0, from: offset) }
    }

    /// The key of an object, as it is stored.
    public func key(of object: StoredObject) -> [UInt8] {
        self.keyspace.bytes(of: object.key)
    }

    /// What etcd keeps of an object beside its value: revisions, version and lease.
    ///
    /// - Throws: `.badKeyValue` when the record is damaged.
    public func metadata(of object: StoredObject) throws(StorageError) -> KeyMetadata {
        try self.keyspace.metadata(of: object.key)
    }

    /// Size of an object's value, in bytes.
    public func valueByteCount(of object: StoredObject) -> Int {
        object.key.valueByteCount
    }
}

// MARK: Finding objects

extension Registry {
    /// The objects of some resources, resource by resource in the given order, each in order of keys.
    ///
    /// - Parameters:
    ///   - resources: What to look for.
    ///   - namespace: Where to look for namespaced resources; nil for everywhere.
    ///   - names: Only objects of these names; nil for all.
    /// - Returns: Where each of them lies.
    public func objects(
        of resources: [Resource],
        namespace: String? = nil,
        names: [String]? = nil
    ) -> [StoredObject] {
        let names = names.map { Set($0).map { Array($0.utf8) } }
        var found: [StoredObject] = []
        for resource in self.indices(of: resources) {
            for run in self.groups.runs(of: resource, namespace: namespace) {
                if let names {
                    self.append(names, of: run, to: &found)
                } else {
                    self.append(run, to: &found)
                }
            }
        }
        return found
    }

    /// Indices of resources in the given order; of one that is given twice the later place counts.
    private func indices(of wanted: [Resource]) -> [Int] {
        var places: [Int: Int] = [:]
        for (place, resource) in wanted.enumerated() {
            for index in self.indices[resource] ?? [] { places[index] = place }
        }
        return places.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    /// Appends all objects of a run.
    func append(_ run: Int, to objects: inout [StoredObject]) {
        objects.reserveCapacity(objects.count + self.runs[run].positions.count)
        for position in self.runs[run].positions {
            objects.append(StoredObject(key: self.keyspace[position], run: run))
        }
    }

    /// Appends the objects of a run that have one of these names, in order.
    private func append(_ names: [[UInt8]], of run: Int, to objects: inout [StoredObject]) {
        let offset = self.runs[run].directory?.nameOffset ?? 0
        let positions = names.compactMap { name in
            self.keyspace.position(of: name, from: offset, in: self.runs[run].positions)
        }
        for position in positions.sorted() {
            objects.append(StoredObject(key: self.keyspace[position], run: run))
        }
    }

    /// The object at a key; nil when there is none.
    public func object(atKey key: String) -> StoredObject? {
        let (position, found) = self.keyspace.position(of: Array(key.utf8).span.bytes)
        return found ? self.object(at: position) : nil
    }

    /// The object at a position of the keyspace.
    public func object(at position: Int) -> StoredObject {
        StoredObject(key: self.keyspace[position], run: self.run(at: position))
    }
}

/// The text of a key from a byte on; bytes that are not UTF-8 become U+FFFD.
func text(of key: RawSpan, from offset: Int) -> String {
    key.extracting(min(offset, key.byteCount)...).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}
