import EtcdServer
public import EtcdStorage
public import EtcdStore
import Files

/// A database that was opened, with the log beside it where it is a stopped member's.
public struct MemberState: Sendable {
    /// The database alone.
    public let database: EtcdDatabase
    /// The database with the entries of the log; nil where the log has none to apply, or is not to be read.
    public let replayed: ReplayedMember?
    /// Where the log could not be applied any further; nil when it was to its end, or is not to be read.
    public let stop: ReplayStop?
    /// What a person should know of the directory; nothing for a snapshot file.
    public let notes: [SourceNote]

    /// Reads the log beside `database`, and replays it where it has entries that the database has not.
    ///
    /// - Parameters:
    ///   - database: A snapshot file has no log, and is what it is.
    ///   - reading: How the log is read.
    ///   - makesPasswords: Whether the state is to be written. etcd 3.4 logs passwords in clear, and each costs time.
    public init(of database: EtcdDatabase, _ reading: LogReading, makesPasswords: Bool = false) {
        let received = database.receivedSnapshot.map { [SourceNote.receivedSnapshot($0)] } ?? []
        do throws(StorageError) {
            guard let directory = try MemberDirectory(database) else {
                self.init(database, nil, received)
                return
            }
            self = try MemberState(of: directory, reading, makesPasswords: makesPasswords)
        } catch {
            self.init(database, nil, received + [.logUnreadable(error)])
        }
    }

    /// Replays the log of a directory.
    ///
    /// - Parameters:
    ///   - directory: What was opened.
    ///   - reading: How the log is read.
    ///   - isOfQuorum: Whether no log of a quorum of the members goes further.
    ///   - committedElsewhere: The last of its entries that another member knows to be committed.
    ///   - makesPasswords: Whether the state is to be written.
    /// - Throws: Damage in the database; `.file` when it or the log changes meanwhile.
    public init(
        of directory: MemberDirectory,
        _ reading: LogReading,
        isOfQuorum: Bool = false,
        committedElsewhere: UInt64 = 0,
        makesPasswords: Bool = false
    ) throws(StorageError) {
        let database = directory.database
        let received = database.receivedSnapshot.map { [SourceNote.receivedSnapshot($0)] } ?? []
        let problems = directory.log.problems.map(SourceNote.log)
        guard reading.isReplayed, let entries = directory.entries,
            let plan = directory.plan(
                reading,
                isOfQuorum: isOfQuorum,
                committedElsewhere: committedElsewhere
            )
        else {
            let count = directory.log.entriesNotShown
            self.init(database, nil, received + (count > 0 ? [.logEntriesNotShown(count)] : []) + problems)
            return
        }
        guard !plan.indexes.isEmpty else {
            let notes = plan.notes(besides: directory.log.problems)
            self.init(database, nil, received + notes + problems, stop: plan.obstacle)
            return
        }
        let replayed = try ReplayedMember(
            plan,
            of: entries,
            over: database,
            keptIn: reading.scratchDirectory
        ) { (password) throws(EtcdError) in makesPasswords ? try Bcrypt.hash(password) : "" }
        let note = SourceNote.replayed(plan, replayed.outcome)
        let isApplied = replayed.outcome.appliedCount > 0
        let stop = replayed.outcome.stop
        self.init(database, isApplied ? replayed : nil, received + [note] + problems, stop: stop)
    }

    private init(
        _ database: EtcdDatabase,
        _ replayed: ReplayedMember?,
        _ notes: [SourceNote],
        stop: ReplayStop? = nil
    ) {
        self.database = database
        self.replayed = replayed
        self.stop = stop
        self.notes = notes
    }
}

extension MemberState {
    /// The state as a source of keys.
    public var source: Source { self.replayed.map { .member($0) } ?? .database(self.database) }

    /// The keys at every revision that is kept.
    ///
    /// - Throws: What reading the keys of the database throws.
    func overlay() throws(StorageError) -> Overlay {
        if let replayed { return replayed.overlay }
        return Overlay(over: try OverlaySource(self.database))
    }

    /// What a database of this state holds.
    ///
    /// - Throws: Damage in the database.
    public func image() throws(StorageError) -> DatabaseImage {
        if let replayed { return try replayed.store.image() }
        return DatabaseImage(source: self.database)
    }

    /// The database itself, or where entries were replayed the one that a member would have after them, in a file
    /// without a name in `directory`.
    ///
    /// - Throws: Damage in the database; `.file` when there is no room.
    public func wholeDatabase(in directory: String) throws(StorageError) -> EtcdDatabase {
        guard let replayed else { return self.database }
        let path = self.database.path
        let image = try replayed.store.image()
        let output = try naming(path) { () throws(FileError) in
            try FreeSpace.require(UInt64(clamping: replayed.overlay.totalByteCount), in: directory)
            return try OutputFile(namelessIn: directory)
        }
        _ = try image.writeDatabase(to: output)
        let file = try naming(path) { () throws(FileError) in try output.mapped() }
        return try EtcdDatabase(unpacked: file, from: path)
    }
}

/// Runs `body`, and has its error name the source at `path`.
func naming<Result>(
    _ path: String,
    _ body: () throws(FileError) -> Result
) throws(StorageError) -> Result {
    do {
        return try body()
    } catch {
        throw StorageError(.file(error), path: path)
    }
}

extension ReplayPlan {
    /// What is left to say where nothing is applied.
    fileprivate func notes(besides problems: [MemberLog.Problem]) -> [SourceNote] {
        if case .missing? = self.obstacle?.reason, problems.contains(where: \.isGap) { return [] }
        guard self.obstacle != nil || self.uncommittedCount > 0 else { return [] }
        var outcome = ReplayOutcome()
        outcome.stop = self.obstacle
        return [.replayed(self, outcome)]
    }
}

extension MemberLog.Problem {
    /// Whether it says that entries between database and log are missing.
    fileprivate var isGap: Bool {
        switch self {
        case .beginsAfterDatabase, .receivedDatabaseMissing: true
        case .missing, .cut, .damaged, .segmentMissing, .endsBeforeDatabase, .ofUnknownMember: false
        }
    }
}
