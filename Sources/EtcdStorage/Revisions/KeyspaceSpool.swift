public import Files
import ProtobufWire

/// Gathers the keys of a live etcd, as they arrive, into a ``Keyspace`` like any other.
///
/// The records go to a file without a name, mode 0600, as they would lie in bucket `key`, so that values take
/// no memory until they are looked at. The file is gone when the keyspace is, also when the process is killed.
public struct KeyspaceSpool {
    private let file: OutputFile
    private var entries: [KeyIndex.Entry] = []

    /// Begins an empty keyspace whose records go to a new file in `directory`.
    ///
    /// - Throws: `FileError` when the file cannot be made.
    public init(in directory: String) throws(FileError) {
        self.file = try OutputFile(namelessIn: directory)
    }

    /// Adds a key, which has not been added before, with its state as etcd's range answers it.
    public mutating func append(
        key: [UInt8],
        value: [UInt8],
        _ metadata: KeyMetadata
    ) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + value.count + 48)
        let keyValue = message.appendKeyValue(
            key: key.span.bytes,
            value: value.span.bytes,
            metadata
        )
        self.entries.append(
            KeyIndex.Entry(offset: self.file.byteCount, keyValue, messageCount: message.bytes.count)
        )
        try self.file.append(RevisionKey(main: metadata.modRevision, sub: 0).bytes)
        try self.file.append(message.bytes)
    }

    /// The keyspace of all that was added, which `revision` shows; `newest` is the store's.
    ///
    /// - Throws: `FileError` when the records cannot be written or mapped.
    public consuming func keyspace(at revision: Int64, of newest: Int64) throws(FileError) -> Keyspace {
        Keyspace(
            LiveRecords(
                revision: revision,
                currentRevision: newest,
                lastRevision: newest,
                compactRevision: 0,
                entries: self.entries
            ),
            in: KeyRecords(in: try self.file.mapped())
        )
    }
}
