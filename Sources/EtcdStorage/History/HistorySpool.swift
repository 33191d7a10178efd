public import Files
import ProtobufWire

/// Gathers changes as they are read from a live etcd, or from a member's log, for a ``RevisionHistory``.
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

    /// What is known of a change beside what it did.
    public struct Knowledge: Sendable {
        /// Whether it was made at all, and if so just at its revision.
        public var isCertain = true
        /// Whether the change of the same key that was added before is the one before it.
        public var followsLast = true

        public init(isCertain: Bool = true, followsLast: Bool = true) {
            self.isCertain = isCertain
            self.followsLast = followsLast
        }
    }

    /// Adds a state of a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: Its value.
    ///   - metadata: Its numbers; of those that are not known 0.
    ///   - knowledge: Whether all is certain.
    /// - Throws: `FileError` when the file cannot be written.
    public mutating func append(
        key: [UInt8],
        value: [UInt8],
        _ metadata: KeyMetadata,
        _ knowledge: Knowledge = Knowledge()
    ) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + value.count + 48)
        let keyValue = message.appendKeyValue(key: key.span.bytes, value: value.span.bytes, metadata)
        let revision = RevisionKey(main: metadata.modRevision, sub: self.nextSub)
        try self.append(message.bytes, keyValue, revision, knowledge)
    }

    /// Adds the deletion of a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - revision: Its revision.
    ///   - knowledge: Whether all is certain.
    /// - Throws: `FileError` when the file cannot be written.
    public mutating func append(
        deletionOf key: [UInt8],
        at revision: Int64,
        _ knowledge: Knowledge = Knowledge()
    ) throws(FileError) {
        var message = ProtobufWriter(capacity: key.count + 8)
        let keyValue = message.appendTombstone(key: key.span.bytes)
        try self.append(
            message.bytes,
            keyValue,
            RevisionKey(main: revision, sub: self.nextSub, isTombstone: true),
            knowledge
        )
    }

    /// Above all that a database has.
    private var nextSub: Int64 { (1 << 32) + Int64(self.changes.count) }

    private mutating func append(
        _ message: [UInt8],
        _ keyValue: KeyValue,
        _ revision: RevisionKey,
        _ knowledge: Knowledge
    ) throws(FileError) {
        var entry = KeyIndex.Entry(
            offset: self.file.byteCount,
            keyValue,
            messageCount: message.count
        )
        entry.isTombstone = revision.isTombstone
        entry.isUncertain = !knowledge.isCertain
        entry.followsUnknown = !knowledge.followsLast
        entry.hash = KeyIndex.hash(of: keyValue.key, in: message.span.bytes)
        self.changes.append((revision.main, entry))
        try self.file.append(revision.bytes)
        try self.file.append(message)
    }

    /// How many changes were added.
    public var count: Int { self.changes.count }

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
        RevisionHistory(
            self.entries,
            in: KeyRecords(in: try self.file.mapped()),
            revision: revision,
            compactRevision: compactRevision
        )
    }

    /// What was added, as changes of a member's log.
    ///
    /// - Parameter revision: The first of which all changes are among them.
    /// - Returns: The changes.
    /// - Throws: `FileError` when the records cannot be written or mapped.
    public func loggedChanges(from revision: Int64) throws(FileError) -> LoggedChanges {
        LoggedChanges(firstRevision: revision, entries: self.entries, file: try self.file.mapped())
    }

    /// In order of revision: states come in order of keys, changes behind them in order of revision.
    private var entries: [KeyIndex.Entry] {
        let order = self.changes.indices.sorted { left, right in
            (self.changes[left].main, left) < (self.changes[right].main, right)
        }
        return order.map { self.changes[$0].entry }
    }
}
