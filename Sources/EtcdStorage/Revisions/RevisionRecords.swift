import Bolt
import Files

/// The changes that a database holds, in order of revision, from any revision on.
public struct RevisionRecords: Sendable {
    private let database: EtcdDatabase
    private let leaves: LeafList

    /// Finds the leaves of bucket `key`, and reads none of them.
    ///
    /// - Throws: `.noKeyBucket`, `.bolt`.
    public init(of database: EtcdDatabase) throws(StorageError) {
        guard let bucket = try database.bucket(.key) else {
            throw StorageError(.noKeyBucket, path: database.path)
        }
        self.database = database
        self.leaves = try database.reading { () throws(BoltError) in try database.bolt.leaves(of: bucket) }
    }

    /// Calls `body` with each change of main revision `first` and later ones, and the whole file's bytes,
    /// until it returns false.
    ///
    /// - Throws: `.badRevisionKey`, `.revisionOutOfOrder`, `.bolt`, or what `body` throws.
    public func forEach(
        from first: Int64 = 0,
        _ body: (RevisionRecord, RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try self.database.bolt.file.withBytes { (bytes) throws(StorageError) in
            var previous: RevisionRecord?
            for index in try self.leaf(of: first, in: bytes)..<self.leaves.count {
                let leaf = try self.leaf(at: index, in: bytes)
                var pairs = leaf.pairs
                while let record = try self.next(&pairs, of: leaf, in: bytes) {
                    try self.database.requireOrder(previous, record)
                    previous = record
                    guard record.revision.main >= first else { continue }
                    guard try body(record, bytes) else { return }
                }
            }
        }
    }

    /// The last leaf that begins below main revision `first`, or the first leaf.
    private func leaf(of first: Int64, in bytes: RawSpan) throws(StorageError) -> Int {
        var low = 0
        var high = self.leaves.count
        while low < high {
            let middle = (low + high) / 2
            let leaf = try self.leaf(at: middle, in: bytes)
            var pairs = leaf.pairs
            let record = try self.next(&pairs, of: leaf, in: bytes)
            if let record, record.revision.main < first { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    private func leaf(at index: Int, in bytes: RawSpan) throws(StorageError) -> LeafPage {
        try self.database.reading { () throws(BoltError) in
            try self.leaves.leaf(at: index, of: self.database.bolt, in: bytes)
        }
    }

    private func next(
        _ pairs: inout LeafPage.Pairs,
        of leaf: LeafPage,
        in bytes: RawSpan
    ) throws(StorageError) -> RevisionRecord? {
        guard let pair = try self.database.reading({ () throws(BoltError) in try pairs.next(in: bytes) })
        else {
            return nil
        }
        guard !pair.isBucket, let revision = RevisionKey(reading: bytes, in: pair.key) else {
            throw try self.database.broken(.badRevisionKey, on: leaf.page)
        }
        return RevisionRecord(revision: revision, pair: pair, page: leaf.page)
    }
}
