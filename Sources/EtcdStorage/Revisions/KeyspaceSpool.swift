public import Files
import ProtobufWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gathers the keys of a live etcd, as they arrive, into a ``Keyspace`` like any other.
///
/// The records go to a nameless file of mode 0600, as they would lie in bucket `key`, so that values take
/// no memory until they are looked at. The file is gone when the keyspace is.
public struct KeyspaceSpool {
    private let file: OutputFile
    private var entries: [KeyIndex.Entry] = []

    /// A key and its state, as etcd's range answers them.
    public struct Record {
        public var key: [UInt8]
        public var value: [UInt8]
        public var createRevision: Int64
        public var modRevision: Int64
        public var version: Int64
        public var lease: Int64

        public init(
            key: [UInt8],
            value: [UInt8],
            createRevision: Int64,
            modRevision: Int64,
            version: Int64,
            lease: Int64
        ) {
            self.key = key
            self.value = value
            self.createRevision = createRevision
            self.modRevision = modRevision
            self.version = version
            self.lease = lease
        }
    }

    /// Begins an empty keyspace whose records go to a new file in `directory`.
    ///
    /// - Throws: `FileError` when the file cannot be made.
    public init(in directory: String) throws(FileError) {
        let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        self.file = try OutputFile(creating: "\(directory)/.registree-live-\(suffix)", reportedAs: directory)
        self.file.makeNameless()
    }

    /// Adds a key, which has not been added before.
    public mutating func append(_ record: Record) throws(FileError) {
        var message = ProtobufWriter()
        message.append(record.key, field: 1)
        let keyOffset = message.bytes.count - record.key.count
        message.append(UInt64(bitPattern: record.createRevision), field: 2)
        message.append(UInt64(bitPattern: record.modRevision), field: 3)
        message.append(UInt64(bitPattern: record.version), field: 4)
        if !record.value.isEmpty { message.append(record.value, field: 5) }
        if record.lease != 0 { message.append(UInt64(bitPattern: record.lease), field: 6) }
        self.entries.append(
            KeyIndex.Entry(
                offset: self.file.byteCount,
                messageCount: UInt32(clamping: message.bytes.count),
                keyCount: UInt32(clamping: record.key.count),
                valueCount: UInt32(clamping: record.value.count),
                hash: 0,
                keyOffset: UInt8(clamping: keyOffset),
                isTombstone: false
            )
        )
        try self.file.append(RevisionKey(main: record.modRevision, sub: 0).bytes)
        try self.file.append(message.bytes)
    }

    /// The keyspace of all that was added, which `revision` shows; `newest` is the store's.
    ///
    /// - Throws: `FileError` when the records cannot be written or mapped.
    public consuming func keyspace(at revision: Int64, of newest: Int64) throws(FileError) -> Keyspace {
        Keyspace(
            revision: revision,
            currentRevision: newest,
            lastRevision: newest,
            compactRevision: 0,
            file: try self.file.mapped(),
            entries: self.entries,
            bumpRecord: nil
        )
    }
}
