public import Files
import ProtobufWire

/// Gathers the changes of a live etcd, as they arrive, into a ``RevisionHistory``.
///
/// The records go to a file without a name, mode 0600, as they would lie in bucket `key`; the sub of their revisions,
/// which no client is told, counts on from record to record. The file is gone when the history is, also when the process
/// is killed.
public struct HistorySpool {
    private let file: OutputFile
    private var changes: [(main: Int64, entry: KeyIndex.Entry)] = []

    /// Begins without any change; the records go to a new file in `directory`.
    ///
    /// - Throws: `FileError` when the file cannot be made.
    public init(in directory: String) throws(FileError) {
        self.file = try OutputFile(namelessIn: directory)
    }

    /// Adds a state of a key.
    ///
    /// - Throws: `FileError` when the file cannot be written.
    public mutating func append(
        key: [UInt8],
        value: [UInt8],
        _ metadata: KeyMetadata
    ) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + value.count + 48)
        let keyValue = message.appendKeyValue(key: key.span.bytes, value: value.span.bytes, metadata)
        try self.append(message.bytes, keyValue, RevisionKey(main: metadata.modRevision, sub: self.nextSub))
    }

    /// Adds the deletion of a key.
    ///
    /// - Throws: `FileError` when the file cannot be written.
    public mutating func append(deletionOf key: [UInt8], at revision: Int64) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + 8)
        let keyValue = message.appendTombstone(key: key.span.bytes)
        try self.append(
            message.bytes,
            keyValue,
            RevisionKey(main: revision, sub: self.nextSub, isTombstone: true)
        )
    }

    private var nextSub: Int64 { Int64(self.changes.count) }

    private mutating func append(
        _ message: [UInt8],
        _ keyValue: KeyValue,
        _ revision: RevisionKey
    ) throws(FileError) {
        var entry = KeyIndex.Entry(
            offset: self.file.byteCount,
            keyValue,
            messageCount: message.count
        )
        entry.isTombstone = revision.isTombstone
        entry.hash = KeyIndex.hash(of: keyValue.key, in: message.span.bytes)
        self.changes.append((revision.main, entry))
        try self.file.append(revision.bytes)
        try self.file.append(message)
    }

    /// The history of all that was added.
    ///
    /// - Parameters:
    ///   - revision: The newest revision.
    ///   - compactRevision: That at which the states were read that are no changes; 0 without any.
    /// - Returns: The history, which does not change when more is added.
    /// - Throws: `FileError` when the records cannot be written or mapped.
    public func history(
        upTo revision: Int64,
        compactRevision: Int64
    ) throws(FileError) -> RevisionHistory {
        // States come in order of keys, changes behind them in order of revision.
        let order = self.changes.indices.sorted { left, right in
            (self.changes[left].main, left) < (self.changes[right].main, right)
        }
        let entries = order.map { self.changes[$0].entry }
        return RevisionHistory(
            entries,
            in: KeyRecords(in: try self.file.mapped()),
            revision: revision,
            compactRevision: compactRevision
        )
    }
}
