import EtcdStorage
public import KubernetesCodec

extension Registry {
    /// The newest moment that the objects speak of, in seconds since 1970: the time of the snapshot, as near
    /// as it can be known, whatever became of the file since.
    ///
    /// Looked for in the objects that were changed last: in the renewals of leases, in events, and in who changed
    /// which fields when.
    ///
    /// - Returns: Nil when no object tells a time.
    public func snapshotTime(decryption: Decryption? = nil) -> Int64? {
        var reader = ObjectReader(of: self, decryption: decryption, hidesManagedFields: false)
        var newest: Int64?
        for object in self.latestObjects(count: 256) {
            guard let read = try? reader.read(object), read.problem == nil else { continue }
            for time in times(of: reader.document.root) { newest = max(newest ?? time, time) }
        }
        return newest
    }

    /// The same of some objects alone, by their positions in the keyspace.
    ///
    /// It saves to look for those that were changed last, where they are known.
    public func newestTime(at positions: [Int], decryption: Decryption? = nil) -> Int64? {
        var reader = ObjectReader(of: self, decryption: decryption, hidesManagedFields: false)
        var newest: Int64?
        for position in positions {
            let object = StoredObject(key: self.keyspace[position], run: self.run(at: position))
            guard let read = try? reader.read(object), read.problem == nil else { continue }
            for time in times(of: reader.document.root) { newest = max(newest ?? time, time) }
        }
        return newest
    }

    /// The objects with the highest mod revisions, in no particular order.
    private func latestObjects(count: Int) -> [StoredObject] {
        var latest: [(revision: Int64, object: StoredObject)] = []
        var least = Int64.min
        for (run, keys) in self.runs.enumerated() {
            for position in keys.positions {
                let key = self.keyspace[position]
                let revision = self.keyspace.modRevision(of: key)
                guard revision > least else { continue }
                latest.append((revision, StoredObject(key: key, run: run)))
                guard latest.count >= 4 * count else { continue }
                latest.sort { $0.revision > $1.revision }
                latest.removeSubrange(count...)
                least = latest.last?.revision ?? least
            }
        }
        return latest.sorted { $0.revision > $1.revision }.prefix(count).map(\.object)
    }
}

/// The times at which somebody did something to the object.
private func times(of object: Value) -> [Int64] {
    var texts = [
        object["spec", "renewTime"], object["eventTime"], object["lastTimestamp"], object["firstTimestamp"],
        object["series", "lastObservedTime"],
    ]
    texts += object["metadata", "managedFields"]?.elements.map { $0["time"] } ?? []
    return texts.compactMap { $0?.string.flatMap { rfc3339Time($0)?.seconds } }
}
