extension DatabaseImage {
    /// The same without what came after a revision.
    ///
    /// - Parameters:
    ///   - revision: The last one whose records are kept; it must not be compacted.
    ///   - leases: IDs of leases that are granted anew; none of them may be in the source.
    ///   - ttl: How long these live, in seconds.
    /// - Returns: The image; of the small buckets only `lease` changes.
    public func upTo(_ revision: Int64, granting leases: [Int64] = [], ttl: Int64 = 0) -> DatabaseImage {
        var image = self
        let (filter, appended) = (self.filter, self.appendedRecords)
        image.filter = { (record, message) throws(StorageError) in
            guard record.revision.main <= revision else { return .drop }
            return try filter?(record, message) ?? .keep
        }
        if let appended {
            image.appendedRecords = { (append) throws(StorageError) in
                try appended { (key, message) throws(StorageError) in
                    if key.main <= revision { try append(key, message) }
                }
            }
        }
        guard !leases.isEmpty else { return image }
        var pairs = SmallBucket.Pairs()
        for id in leases {
            let lease = Lease(id: id, ttl: ttl)
            pairs[lease.key] = lease.message
        }
        switch self.smallBuckets[.lease] ?? .kept {
        case .overlaid(let known):
            image.smallBuckets[.lease] = .overlaid(with: known.merging(pairs) { known, _ in known })
        case .replaced(let known):
            image.smallBuckets[.lease] = .replaced(by: known.merging(pairs) { known, _ in known })
        }
        return image
    }
}

extension Keyspace {
    /// The IDs of the leases that live keys hang on and that are not among `leases`, ascending.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func leasesNotAmong(_ leases: [Lease]) throws(StorageError) -> [Int64] {
        let known = Set(leases.map(\.id))
        var missing: Set<Int64> = []
        for position in 0..<self.count where self[position].mayHaveLease {
            let lease = try self.metadata(of: self[position]).lease
            if lease != 0, !known.contains(lease) { missing.insert(lease) }
        }
        return missing.sorted()
    }
}
