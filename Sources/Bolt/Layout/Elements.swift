/// One child of a branch page.
///
///     offset  size  field     unit / meaning
///          0     4  position  bytes from this element's first byte to its key
///          4     4  keySize   bytes
///          8     8  child     page of the subtree whose smallest key this is
///
/// Source: etcd-io/bbolt `internal/common/page.go`, `type branchPageElement struct`.
@usableFromInline
struct BranchElement {
    /// Size on disk, in bytes.
    static let byteCount = 16

    var position: UInt32
    var keySize: UInt32
    var child: PageID

    /// Reads the element at `offset`; the caller has checked that its bytes are there.
    init(reading bytes: RawSpan, at offset: Int) {
        self.position = bytes.littleEndian(UInt32.self, at: offset)
        self.keySize = bytes.littleEndian(UInt32.self, at: offset + 4)
        self.child = PageID(bytes.littleEndian(UInt64.self, at: offset + 8))
    }

    init(position: UInt32, keySize: UInt32, child: PageID) {
        self.position = position
        self.keySize = keySize
        self.child = child
    }

    func write(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(self.position)
        bytes.appendLittleEndian(self.keySize)
        bytes.appendLittleEndian(self.child.rawValue)
    }
}

/// One pair of a leaf page.
///
///     offset  size  field      unit / meaning
///          0     4  flags      1 = the value is a bucket, 0 = plain
///          4     4  position   bytes from this element's first byte to its key
///          8     4  keySize    bytes
///         12     4  valueSize  bytes; the value follows its key at once
///
/// Source: etcd-io/bbolt `internal/common/page.go`, `type leafPageElement struct`.
@usableFromInline
struct LeafElement {
    /// Size on disk, in bytes.
    static let byteCount = 16
    static let bucketFlag: UInt32 = 1

    var flags: UInt32
    var position: UInt32
    var keySize: UInt32
    var valueSize: UInt32

    /// Reads the element at `offset`; the caller has checked that its bytes are there.
    init(reading bytes: RawSpan, at offset: Int) {
        self.flags = bytes.littleEndian(UInt32.self, at: offset)
        self.position = bytes.littleEndian(UInt32.self, at: offset + 4)
        self.keySize = bytes.littleEndian(UInt32.self, at: offset + 8)
        self.valueSize = bytes.littleEndian(UInt32.self, at: offset + 12)
    }

    init(flags: UInt32, position: UInt32, keySize: UInt32, valueSize: UInt32) {
        self.flags = flags
        self.position = position
        self.keySize = keySize
        self.valueSize = valueSize
    }

    func write(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(self.flags)
        bytes.appendLittleEndian(self.position)
        bytes.appendLittleEndian(self.keySize)
        bytes.appendLittleEndian(self.valueSize)
    }
}

/// A bucket's value in its parent's leaf.
///
///     offset  size  field     unit / meaning
///          0     8  root      root page; 0 = an inline leaf page follows these 16 bytes
///          8     8  sequence  counter for the application, unused by etcd
///
/// Source: etcd-io/bbolt `internal/common/bucket.go`, `type InBucket struct`.
struct BucketHeader {
    /// Size on disk, in bytes.
    static let byteCount = 16

    var root: PageID
    var sequence: UInt64

    /// Reads the header at `offset`; the caller has checked that its bytes are there.
    init(reading bytes: RawSpan, at offset: Int) {
        self.root = PageID(bytes.littleEndian(UInt64.self, at: offset))
        self.sequence = bytes.littleEndian(UInt64.self, at: offset + 8)
    }

    init(root: PageID, sequence: UInt64) {
        self.root = root
        self.sequence = sequence
    }

    func write(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(self.root.rawValue)
        bytes.appendLittleEndian(self.sequence)
    }
}
