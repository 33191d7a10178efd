import Bolt
public import Files

/// The live keys of a ``Keyspace`` in order of their bytes, for finding one and for walking a range.
public struct SortedKeys: Sendable {
    /// The revision that is shown.
    public let revision: Int64
    /// The file in which the records lie.
    public let file: MappedFile
    let entries: [KeyIndex.Entry]
    /// File offset of the nameless record that a restore with a revision bump leaves, where there is one.
    public let bumpRecordOffset: Int?

    public var count: Int { self.entries.count }

    public subscript(position: Int) -> LiveKey { LiveKey(entry: self.entries[position]) }

    /// How many keys come before `key`, and whether the one after those is `key` itself.
    public func position(of key: RawSpan) -> (position: Int, found: Bool) {
        self.file.withBytes { bytes in
            var low = 0
            var high = self.entries.count
            while low < high {
                let middle = (low + high) / 2
                if bytes.extracting(self.entries[middle].key).compare(key) < 0 {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            let found = low < self.entries.count && bytes.extracting(self.entries[low].key).compare(key) == 0
            return (low, found)
        }
    }
}

extension Keyspace {
    /// The same keys in order.
    public func sorted() -> SortedKeys {
        self.file.withBytes { bytes in
            SortedKeys(
                revision: self.revision,
                file: self.file,
                entries: KeySort.sorted(self.entries, in: bytes),
                bumpRecordOffset: self.bumpRecord?.offset
            )
        }
    }
}
