import Bolt
import EtcdStorage
import Files

/// All live keys, gathered by directory: the part of a key up to and with its last slash.
///
/// An object's name holds no slash, so a directory stands for one resource in one namespace, and a
/// store of many objects has few of them. Everything that has to be known of a key's resource is
/// worked out once a directory, never once a key.
struct DirectoryIndex {
    /// One directory; a fixed-size record whose text stays where it lies.
    struct Directory {
        /// File range of the path, in the first key that was met.
        var path: Range<Int>
        var hash: Int
        var keys = 0
        /// Size of all values, in bytes.
        var valueBytes = 0
    }

    private(set) var directories: [Directory] = []
    /// For each key, in the order of `Keyspace.forEach`, the index of its directory.
    private(set) var directoryOfKey: [UInt32] = []
    /// Open addressing with linear probing: 0 = free, else an index into `directories`, plus 1.
    private var slots = [UInt32](repeating: 0, count: 1 << 10)

    /// Reads every key of `keyspace` and the size of its value.
    ///
    /// - Throws: `.file(.shrank)`.
    init(of keyspace: Keyspace) throws(StorageError) {
        self.directoryOfKey.reserveCapacity(keyspace.count)
        var latest = 0
        keyspace.forEach { (key, bytes) in
            let path = directory(of: key.key, in: bytes)
            if latest >= self.directories.count || !bytes.equal(self.directories[latest].path, path) {
                latest = self.index(of: path, in: bytes)
            }
            self.directories[latest].keys += 1
            self.directories[latest].valueBytes += key.valueByteCount
            self.directoryOfKey.append(UInt32(latest))
        }
        try keyspace.checkUnchanged()
    }

    private mutating func index(of path: Range<Int>, in bytes: RawSpan) -> Int {
        if self.directories.count * 2 >= self.slots.count { self.grow() }
        var hasher = Hasher()
        bytes.extracting(path).withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = hasher.finalize()
        let mask = self.slots.count - 1
        var slot = hash & mask
        while self.slots[slot] != 0 {
            let index = Int(self.slots[slot]) - 1
            if self.directories[index].hash == hash, bytes.equal(self.directories[index].path, path) {
                return index
            }
            slot = (slot + 1) & mask
        }
        self.directories.append(Directory(path: path, hash: hash))
        self.slots[slot] = UInt32(self.directories.count)
        return self.directories.count - 1
    }

    private mutating func grow() {
        let mask = self.slots.count * 2 - 1
        var larger = [UInt32](repeating: 0, count: mask + 1)
        for (index, directory) in self.directories.enumerated() {
            var slot = directory.hash & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = UInt32(index + 1)
        }
        self.slots = larger
    }

    /// Takes the key at `position` out of its directory and puts it in a directory of its own, whose
    /// path is the whole key.
    mutating func separate(keyAt position: Int, key: LiveKey) {
        let old = Int(self.directoryOfKey[position])
        let valueBytes = key.valueByteCount
        self.directories[old].keys -= 1
        self.directories[old].valueBytes -= valueBytes
        self.directoryOfKey[position] = UInt32(self.directories.count)
        self.directories.append(Directory(path: key.key, hash: 0, keys: 1, valueBytes: valueBytes))
    }
}

/// The range of a key up to and with its last slash; empty when there is none.
private func directory(of key: Range<Int>, in bytes: RawSpan) -> Range<Int> {
    let slash = UInt8(ascii: "/")
    var end = key.upperBound
    while end > key.lowerBound, bytes.unsafeLoad(fromByteOffset: end - 1, as: UInt8.self) != slash {
        end -= 1
    }
    return key.lowerBound..<end
}
