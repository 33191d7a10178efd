import Bolt
public import EtcdStorage
public import Files

/// A restore that has been thought through and can be shown or carried out.
///
/// Nothing has been written yet: a dry run ends here.
public struct Restore: Sendable {
    public let request: RestoreRequest
    public let plan: RestorePlan
    /// By name.
    public let members: [RestoredMember]
    /// Length of the snapshot's database, in bytes; the restored one is rarely longer.
    public let databaseByteCount: UInt64
    /// Whether the snapshot ends in a digest.
    public let hasDigest: Bool

    /// What there is to know about the data directory that is restored from; none for a snapshot file.
    public let sourceNotes: [SourceNote]

    let database: EtcdDatabase

    /// Opens the snapshot and works out what would be written.
    ///
    /// - Throws: `StorageError` for an unusable snapshot, `RestorePlanError`, or `RestoreError`
    ///   (`.noDigest`, `.unusableMemberName`).
    public init(_ request: RestoreRequest) throws {
        try self.init(request, of: EtcdDatabase(path: request.snapshotPath))
    }

    /// Works out what would be written of a snapshot that is open.
    ///
    /// - Parameters:
    ///   - request: What is wanted.
    ///   - database: The snapshot.
    ///   - notes: What there is to know of the data directory that it is of; nil where the database tells it.
    /// - Throws: As ``init(_:)``.
    public init(
        _ request: RestoreRequest,
        of database: EtcdDatabase,
        notes: [SourceNote]? = nil
    ) throws {
        self.request = request
        self.members = try request.members
        self.database = database
        self.hasDigest = self.database.storedDigest != nil
        if !self.hasDigest, !request.skipsHashCheck {
            throw RestoreError.noDigest(path: request.snapshotPath)
        }
        self.databaseByteCount = UInt64(self.database.bolt.databaseByteCount)
        let facts = try StoreFacts(reading: self.database)
        // The log is not needed for a restore: one that cannot be read does not stop it.
        self.sourceNotes = notes ?? self.database.dataDirectoryNotes()
        self.plan = try RestorePlan(
            cluster: request.cluster,
            facts: facts,
            lastRevision: self.database.lastRevision(),
            bump: request.bump
        )
    }

    /// Finds out whether the destinations are free, without writing anything.
    ///
    /// - Throws: `FileError`: `.exists`, `.notEmpty`, `.onlyLostAndFound` or `.parentMissing`.
    public func checkDestinations() throws(FileError) {
        if case .allMembers(let directory) = self.request.destination,
            try fileExists(path: directory) == false
        {
            return try StagedDirectory.check(destination: directory)
        }
        if case .allMembers(let directory) = self.request.destination, !isDirectory(path: directory) {
            throw FileError(.exists, path: directory)
        }
        for member in self.members {
            try StagedDirectory.check(destination: member.dataDirectory, entry: DataDirectoryName.member)
            if member.hasOwnLogDirectory { try StagedDirectory.check(destination: member.logDirectory) }
        }
    }

    /// How many bytes the restored databases take at most, and how many are free where they go.
    ///
    /// The new files hold no free pages, so they may well be smaller than the snapshot.
    public func space() throws(FileError) -> (neededAtMost: UInt64, free: UInt64) {
        var directory = self.members[0].dataDirectory
        while !directory.isEmpty {
            if try fileExists(path: directory) { break }
            directory = parent(of: directory)
        }
        let free = try FreeSpace.byteCount(in: directory.isEmpty ? "." : directory)
        return (self.databaseByteCount * UInt64(self.members.count), free)
    }

    /// Restores.
    ///
    /// Everything is built under temporary names, read back and synced; then each destination gets its
    /// name in one step, a log directory of its own first.
    ///
    /// - Parameters:
    ///   - outputs: Where the temporary names are remembered, for whoever handles signals.
    ///   - verification: Of the same database, when it is verified anyway; without it, the restore proves the
    ///     snapshot itself.
    ///   - readBack: Called with the first member's database once it is written and read back, perhaps before the
    ///     snapshot is proved; it stays open under its last name too.
    /// - Returns: What was written.
    /// - Throws: `StorageError` for a damaged snapshot, `FileError` for the destination, `RestoreError`.
    public func run(
        outputs: StagedOutputs = .process,
        provedBy verification: OngoingVerification? = nil,
        readBack: (EtcdDatabase) -> Void = { _ in }
    ) async throws -> RestoreResult {
        let stage = try RestoreStage(self, outputs: outputs)
        let database = try await self.writeDatabase(to: stage, provedBy: verification, readBack)
        try stage.copyDatabaseToOtherMembers()
        for member in self.members { try stage.writeLog(of: member, in: self.plan.cluster) }
        try stage.commit()
        return RestoreResult(
            database: database,
            digestMatches: self.hasDigest && !self.request.skipsHashCheck,
            members: self.members
        )
    }

    private func writeDatabase(
        to stage: RestoreStage,
        provedBy verification: OngoingVerification?,
        _ readBack: (EtcdDatabase) -> Void
    ) async throws -> WrittenDatabase {
        let file = try stage.makeDatabase()
        // Proving the source takes one processor for about as long as the copying takes the other.
        async let proof: Void = self.prove(by: verification)
        do {
            let written = try self.plan.image(of: self.database).write(to: file)
            try file.synchronize()
            try file.close()
            readBack(try check(file, holds: written))
            try await proof
            return written
        } catch {
            // Of a damaged snapshot, that it is damaged says more than where the copying stumbled.
            try await proof
            throw error
        }
    }
}

extension Restore {
    /// Throws unless the snapshot is what was written when it was taken or, without its digest, keeps
    /// every rule of its structure.
    @concurrent
    private func prove(by verification: OngoingVerification?) async throws {
        if let verification {
            let result = try await verification.result
            guard result.verdict == .damaged else { return }
            throw RestoreError.unsound(path: self.database.path, findings: result.findingCount)
        }
        guard self.request.skipsHashCheck else {
            try self.database.checkDigest()
            return
        }
        let check = try StorageCheck(of: self.database)
        guard check.isSound else {
            let count = check.findingCount + check.structure.findingCount
            throw RestoreError.unsound(path: self.database.path, findings: count)
        }
    }
}

/// The directory above `path`; empty above a bare name.
private func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Reads a written database back and compares it with what its writer knows.
///
/// - Returns: The database, open.
private func check(_ file: OutputFile, holds written: WrittenDatabase) throws -> EtcdDatabase {
    let database: EtcdDatabase
    let hash: CRC32C
    do {
        database = try EtcdDatabase(path: file.path, locking: .none)
        hash = try database.statusHash()
    } catch {
        // A disk that cannot be read is not one that gives back something else.
        guard case .file(let cause) = error.reason else {
            throw RestoreError.writtenFileDiffers(path: file.reportedPath)
        }
        throw FileError(cause.reason, path: file.reportedPath)
    }
    guard hash == written.hash, database.bolt.databaseByteCount == written.byteCount,
        database.bolt.file.byteCount == written.byteCount
    else { throw RestoreError.writtenFileDiffers(path: file.reportedPath) }
    return database
}

/// What was restored.
public struct RestoreResult: Sendable {
    /// The database file, the same for every member.
    public var database: WrittenDatabase
    /// Whether the snapshot was compared with its digest; if not, its values are not proved.
    public var digestMatches: Bool
    public var members: [RestoredMember]
}
