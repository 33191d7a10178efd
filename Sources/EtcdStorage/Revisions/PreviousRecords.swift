import Bolt
import Files

/// For every change that a database holds, what the key was in the revision before.
public struct PreviousRecords: Sendable {
    /// File offset of a change's revision key -> range of the KeyValue message before it.
    private var messages: [Int: Range<Int>] = [:]

    /// Reads all changes once.
    ///
    /// - Throws: What ``RevisionRecords`` throws, and `.badKeyValue`.
    public init(of database: EtcdDatabase) throws(StorageError) {
        var index = KeyIndex()
        var messages: [Int: Range<Int>] = [:]
        try RevisionRecords(of: database).forEach { (record, bytes) throws(StorageError) in
            let entry = try database.entry(for: record, in: bytes)
            guard let previous = index.update(entry, in: bytes) else { return true }
            let main = RevisionKey(reading: bytes, in: previous.offset..<previous.message.lowerBound)?.main
            if main == record.revision.main {
                // Two changes of a key in one transaction: both follow what was there before it.
                messages[entry.offset] = messages[previous.offset]
            } else if !previous.isTombstone {
                messages[entry.offset] = previous.message
            }
            return true
        }
        self.messages = messages
    }

    /// The message of the record before `record`; nil when the key was not there.
    public subscript(record: RevisionRecord) -> Range<Int>? { self.messages[record.pair.keyOffset] }
}
