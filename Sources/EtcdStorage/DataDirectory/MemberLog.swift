import Bolt
import Files

/// The log beside a stopped member's database: what it says, and what is wrong with it.
public struct MemberLog: Hashable, Sendable {
    /// As far as the log can be read; nil when it is not in the data directory.
    public var summary: LogSummary?
    /// How many entries are later than the database, committed or not.
    public var entriesNotShown: UInt64 = 0
    /// None when etcd starts from the two as if nothing had happened.
    public var problems: [Problem] = []

    /// One thing that a person should know before a member is started with this log.
    public enum Problem: Hashable, Sendable {
        /// There is no log in this directory; `--wal-dir` may have put it elsewhere.
        case missing(directory: String)
        /// It ends within a record. etcd cuts that record off without a word, and goes on after the entry before it.
        case cut(lastIndex: UInt64)
        /// It cannot be read from there on, and etcd does not start.
        case damaged(StorageError)
        /// The segment after that one is missing; the database holds all that was in it.
        case segmentMissing(behind: String)
        /// Entries that the database holds are missing at the log's end. etcd starts, and does not carry out new
        /// entries until their index is above that of the database.
        case endsBeforeDatabase(lastIndex: UInt64, databaseIndex: UInt64)
        /// Entries are missing between the database and the log's begin.
        case beginsAfterDatabase(firstIndex: UInt64, databaseIndex: UInt64)
        /// The log begins with a raft snapshot above the database, and the database that came with it is not there:
        /// etcd does not start.
        case receivedDatabaseMissing(ReceivedSnapshot)
        /// It is the log of a member that the database does not know. etcd does not look.
        case ofUnknownMember(MemberID)
    }
}

extension EtcdDatabase {
    /// Reads the log that belongs to this database.
    ///
    /// - Returns: nil for a snapshot file, which has none.
    /// - Throws: `.file` when the directories cannot be looked at; `.bolt` or `.badPair` when the database does not
    ///   tell how far it has come.
    public func memberLog() throws(StorageError) -> MemberLog? { try self.memberLogAndEntries()?.log }

    /// Reads the log that belongs to this database, and keeps where the entries lie that are later than it.
    ///
    /// - Returns: nil for a snapshot file, which has none; no entries where the directory has no log.
    /// - Throws: As ``memberLog()``.
    public func memberLogAndEntries() throws(StorageError) -> (log: MemberLog, entries: LogEntries?)? {
        guard let layout = self.dataDirectory else { return nil }
        let index = try StoreFacts.consistentIndex(of: self) ?? 0
        guard let entries = try layout.logEntries(after: index) else {
            return (MemberLog(problems: [.missing(directory: layout.writeAheadLog)]), nil)
        }
        let summary = entries.summary
        var log = MemberLog(summary: summary, entriesNotShown: UInt64(entries.indexes.count))
        if let name = entries.missingBehind { log.problems.append(.segmentMissing(behind: name)) }
        if summary.isTorn { log.problems.append(.cut(lastIndex: summary.endIndex)) }
        if let damage = entries.damage {
            log.problems.append(.damaged(damage))
        } else if summary.endIndex < index {
            log.problems.append(
                .endsBeforeDatabase(lastIndex: summary.endIndex, databaseIndex: index)
            )
        }
        if let missing = try self.missingReceivedSnapshot(above: index, layout, summary) {
            log.problems.append(.receivedDatabaseMissing(missing))
        } else if let first = summary.firstIndex, first > index, first - index > 1 {
            log.problems.append(.beginsAfterDatabase(firstIndex: first, databaseIndex: index))
        }
        if let member = summary.member, try !self.knows(member, entries) {
            log.problems.append(.ofUnknownMember(member))
        }
        return (log, entries)
    }

    /// Whether the database names a member, or may: then it was removed, or the log's entries add it.
    private func knows(_ member: MemberID, _ entries: LogEntries) throws(StorageError) -> Bool {
        let members = try StoreFacts(reading: self).members
        if members.isEmpty || members.contains(where: { $0.id == member.rawValue }) { return true }
        if entries.memberChanges.contains(where: { $0.member == member.rawValue }) { return true }
        var isRemoved = false
        try self.forEachPair(in: .membersRemoved) { (pair, _, bytes) in
            let id = bytes.extracting(pair.key).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if UInt64(id, radix: 16) == member.rawValue { isRemoved = true }
        }
        return isRemoved
    }

    /// The raft snapshot that etcd begins with, when the database that came with it is neither here nor read.
    private func missingReceivedSnapshot(
        above index: UInt64,
        _ layout: DataDirectoryLayout,
        _ log: LogSummary
    ) throws(StorageError) -> ReceivedSnapshot? {
        guard self.receivedSnapshot == nil, let snapshot = try layout.newestRaftSnapshot(in: log),
            snapshot.index > index
        else { return nil }
        return ReceivedSnapshot(index: snapshot.index, databaseIndex: index)
    }
}

extension DataDirectoryLayout {
    /// The log's entries as far as they can be read; nil when there is no log here.
    ///
    /// - Parameter index: The last entry that is known from the database; nil when all are wanted.
    /// - Returns: The entries behind that one.
    /// - Throws: `.file` when the directory cannot be listed.
    public func logEntries(after index: UInt64? = nil) throws(StorageError) -> LogEntries? {
        guard isDirectory(path: self.writeAheadLog) else { return nil }
        return try LogEntries(inLogAt: self.writeAheadLog, after: index)
    }
}
