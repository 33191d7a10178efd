import Bolt
import Files

/// The changes that a database holds, in order of revision, from any revision on.
public struct RevisionRecords: Sendable {
    fileprivate let database: EtcdDatabase
    fileprivate let leaves: LeafList

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
            var cursor = try self.cursor(from: first, in: bytes)
            while let record = try cursor.next(in: bytes) {
                guard try body(record, bytes) else { return }
            }
        }
    }

    /// Walks the changes in order; advance it with ``next(in:)``, which takes the whole file's bytes.
    fileprivate struct Cursor {
        let records: RevisionRecords
        let first: Int64
        var index: Int
        var leaf: LeafPage?
        var pairs: LeafPage.Pairs?
        var previous: RevisionRecord?

        mutating func next(in bytes: RawSpan) throws(StorageError) -> RevisionRecord? {
            while true {
                guard let leaf = self.leaf, var pairs = self.pairs else {
                    guard self.index < self.records.leaves.count else { return nil }
                    let leaf = try self.records.leaf(at: self.index, in: bytes)
                    self.index += 1
                    self.leaf = leaf
                    self.pairs = leaf.pairs
                    continue
                }
                guard let record = try self.records.next(&pairs, of: leaf, in: bytes) else {
                    self.leaf = nil
                    continue
                }
                self.pairs = pairs
                try self.records.database.requireOrder(self.previous, record)
                self.previous = record
                if record.revision.main >= self.first { return record }
            }
        }
    }

    fileprivate func cursor(from first: Int64, in bytes: RawSpan) throws(StorageError) -> Cursor {
        Cursor(records: self, first: first, index: try self.leaf(of: first, in: bytes))
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

    fileprivate func leaf(at index: Int, in bytes: RawSpan) throws(StorageError) -> LeafPage {
        try self.database.reading { () throws(BoltError) in
            try self.leaves.leaf(at: index, of: self.database.bolt, in: bytes)
        }
    }

    fileprivate func next(
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

// MARK: Comparing

extension EtcdDatabase {
    /// Whether bucket `key` holds the same changes as `other`'s, key by key and byte by byte.
    ///
    /// Then all that follows from the changes is the same too: live keys, histories, and HashKV at one compact
    /// revision. Where the records lie in the files does not matter.
    ///
    /// - Throws: What ``RevisionRecords`` throws, of either file; `.file` when one changes meanwhile.
    public func holdsSameChanges(as other: EtcdDatabase) throws(StorageError) -> Bool {
        let records = (own: try RevisionRecords(of: self), others: try RevisionRecords(of: other))
        let bounds = try records.own.bounds(count: 16)
        let answers = try concurrently(count: bounds.count + 1) { (index) throws(StorageError) in
            let first = index == 0 ? 0 : bounds[index - 1]
            let end = index == bounds.count ? Int64.max : bounds[index]
            return try records.own.equals(records.others, from: first, before: end)
        }
        try self.checkUnchanged()
        try other.checkUnchanged()
        return !answers.contains(false)
    }
}

extension RevisionRecords {
    /// Main revisions, ascending, that cut the changes into pieces of about the same size.
    fileprivate func bounds(count: Int) throws(StorageError) -> [Int64] {
        try self.database.bolt.file.withBytes { (bytes) throws(StorageError) in
            var bounds: [Int64] = []
            for piece in 1..<count {
                let leaf = try self.leaf(at: self.leaves.count * piece / count, in: bytes)
                var pairs = leaf.pairs
                guard let main = try self.next(&pairs, of: leaf, in: bytes)?.revision.main else { continue }
                if main > bounds.last ?? 0 { bounds.append(main) }
            }
            return bounds
        }
    }

    /// Whether the changes of main revisions from `first` up to `end`, without it, are the same.
    fileprivate func equals(
        _ other: RevisionRecords,
        from first: Int64,
        before end: Int64
    ) throws(StorageError) -> Bool {
        try self.database.bolt.file.withBytes { (bytes) throws(StorageError) in
            try other.database.bolt.file.withBytes { (otherBytes) throws(StorageError) in
                var cursors = (
                    own: try self.cursor(from: first, in: bytes),
                    others: try other.cursor(from: first, in: otherBytes)
                )
                while true {
                    let record = try cursors.own.next(in: bytes)
                    let otherRecord = try cursors.others.next(in: otherBytes)
                    let isAtEnd = record.map { $0.revision.main >= end } ?? true
                    let isOtherAtEnd = otherRecord.map { $0.revision.main >= end } ?? true
                    guard !isAtEnd, !isOtherAtEnd, let record, let otherRecord else {
                        return isAtEnd == isOtherAtEnd
                    }
                    let pair = bytes.extracting(record.pair.keyOffset..<record.pair.end)
                    let otherPair = otherBytes.extracting(otherRecord.pair.keyOffset..<otherRecord.pair.end)
                    guard record.pair.keyCount == otherRecord.pair.keyCount, pair.compare(otherPair) == 0
                    else { return false }
                }
            }
        }
    }
}
