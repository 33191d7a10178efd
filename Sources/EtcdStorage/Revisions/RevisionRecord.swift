public import Bolt
import Files

/// One change in bucket `key`, by where it lies in the file.
public struct RevisionRecord: Sendable {
    public var revision: RevisionKey
    public var pair: Pair
    public var page: PageID
}

extension EtcdDatabase {
    /// The error for damage found in a record; of a file that changed meanwhile, that is said instead.
    func broken(_ reason: StorageError.Reason, on page: PageID) throws(StorageError) -> StorageError {
        try self.checkUnchanged()
        return StorageError(reason, path: self.path, page: page)
    }

    /// The main revision of the last change, 0 when there is none.
    public func lastRevision() throws(StorageError) -> Int64 {
        guard let bucket = try self.bucket(.key) else { throw StorageError(.noKeyBucket, path: self.path) }
        return try self.bolt.file.withBytes { (bytes) throws(StorageError) in
            let leaf = try self.reading { () throws(BoltError) in
                let leaves = try self.bolt.leaves(of: bucket)
                return try leaves.leaf(at: leaves.count - 1, of: self.bolt, in: bytes)
            }
            var pairs = leaf.pairs
            var last: Pair?
            while let pair = try self.reading({ () throws(BoltError) in try pairs.next(in: bytes) }) {
                last = pair
            }
            guard let last else { return 0 }
            guard let revision = RevisionKey(reading: bytes, in: last.key) else {
                throw try self.broken(.badRevisionKey, on: leaf.page)
            }
            return revision.main
        }
    }

    /// The same, over keys that are no revision and over buckets.
    func lastReadableRevision() throws(StorageError) -> Int64 {
        guard let bucket = try self.bucket(.key) else { throw StorageError(.noKeyBucket, path: self.path) }
        return try self.bolt.file.withBytes { (bytes) throws(StorageError) in
            try self.reading { () throws(BoltError) in
                let leaves = try self.bolt.leaves(of: bucket)
                for index in (0..<leaves.count).reversed() {
                    var pairs = try leaves.leaf(at: index, of: self.bolt, in: bytes).pairs
                    var last: RevisionKey?
                    while let pair = try pairs.next(in: bytes) {
                        guard !pair.isBucket else { continue }
                        last = RevisionKey(reading: bytes, in: pair.key) ?? last
                    }
                    if let last { return last.main }
                }
                return 0
            }
        }
    }
}
