import Bolt

/// Keys that lie in one directory and follow each other in a ``Keyspace``.
///
/// A directory is the part of a key up to and with its last slash, which etcd knows nothing of: who keeps objects
/// in it, Kubernetes above all, writes paths. Where a key stands between two directories below its own, its
/// directory comes up more than once.
public struct KeyDirectory: Hashable, Sendable {
    /// Positions in the keyspace.
    public var positions: Range<Int>
    /// Length of the directory's path, with which each of the keys begins, in bytes; 0 for keys without a slash.
    public var pathByteCount: Int
}

/// The directories of some keys, each by one of its keys.
struct DirectoryTable {
    struct Directory {
        /// One of the keys.
        var key: KeyIndex.Entry
        var pathByteCount: Int
        var hash: Int
        var keyCount = 0
    }

    private(set) var directories: [Directory] = []
    /// For each key, in the order in which they came, the index of its directory.
    private(set) var directoryOfKey: [UInt32] = []
    private var table = HashTable(slotCount: 1 << 10)

    /// Finds the directories on two processors.
    static func whole(of entries: [KeyIndex.Entry], in records: KeyRecords) -> Self {
        let middle = entries.count / 2
        var tables = concurrently(count: 2) { half in
            let own = half == 0 ? entries[..<middle] : entries[middle...]
            return records.withRecordBytes { DirectoryTable(of: own, in: $0) }
        }
        let second = tables.removeLast()
        records.withRecordBytes { tables[0].append(second, in: $0) }
        return tables[0]
    }

    private init(of entries: ArraySlice<KeyIndex.Entry>, in bytes: RecordBytes) {
        self.directoryOfKey.reserveCapacity(entries.count)
        var latest = 0
        for index in entries.indices {
            // Keys lie scattered over the file, so that each would be waited for.
            if index + 16 < entries.endIndex { bytes.prefetchKey(of: entries[index + 16]) }
            let entry = entries[index]
            bytes.withKey(of: entry) { key in
                let path = key.extracting(0..<key.pathByteCount)
                if self.directories.isEmpty || !self.isPath(path, of: latest, in: bytes) {
                    latest = self.index(of: path, hash: hash(of: path), key: entry, in: bytes)
                }
            }
            self.directories[latest].keyCount += 1
            self.directoryOfKey.append(UInt32(truncatingIfNeeded: latest))
        }
    }

    /// Adds the keys of `other` behind its own.
    private mutating func append(_ other: DirectoryTable, in bytes: RecordBytes) {
        let indices = other.directories.map { directory in
            let index = bytes.withPath(of: directory) { path in
                self.index(of: path, hash: directory.hash, key: directory.key, in: bytes)
            }
            self.directories[index].keyCount += directory.keyCount
            return UInt32(truncatingIfNeeded: index)
        }
        self.directoryOfKey.reserveCapacity(self.directoryOfKey.count + other.directoryOfKey.count)
        for directory in other.directoryOfKey { self.directoryOfKey.append(indices[Int(directory)]) }
    }

    private func isPath(_ path: RawSpan, of index: Int, in bytes: RecordBytes) -> Bool {
        self.directories[index].pathByteCount == path.byteCount
            && bytes.withPath(of: self.directories[index]) { $0.compare(path) == 0 }
    }

    /// The index of the directory with that path, which is added when it is not there.
    private mutating func index(
        of path: RawSpan,
        hash: Int,
        key: KeyIndex.Entry,
        in bytes: RecordBytes
    ) -> Int {
        if self.table.isFull(count: self.directories.count) {
            self.table.grow(self.directories.lazy.map(\.hash))
        }
        let place = self.table.place(hash: hash) { index in
            self.directories[index].hash == hash && self.isPath(path, of: index, in: bytes)
        }
        switch place {
        case .element(let index): return index
        case .free(let slot):
            let index = self.directories.count
            self.table.fill(slot, with: index)
            self.directories.append(Directory(key: key, pathByteCount: path.byteCount, hash: hash))
            return index
        }
    }
}

/// Seeded anew in each process, so that a made-up file cannot choose paths that collide.
private func hash(of path: RawSpan) -> Int {
    var hasher = Hasher()
    path.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
}

extension RecordBytes {
    /// Calls `body` with the path of a directory.
    func withPath<Result>(of directory: DirectoryTable.Directory, _ body: (RawSpan) -> Result) -> Result {
        self.withKey(of: directory.key) { body($0.extracting(0..<directory.pathByteCount)) }
    }
}

extension RawSpan {
    /// The length of a key up to and with its last slash; 0 when there is none.
    fileprivate var pathByteCount: Int {
        var end = self.byteCount
        while end > 0, self.unsafeLoad(fromByteOffset: end - 1, as: UInt8.self) != UInt8(ascii: "/") {
            end -= 1
        }
        return end
    }
}
