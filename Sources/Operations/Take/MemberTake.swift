public import EtcdStorage
import Files
public import FoundationEssentials

/// Takes a snapshot of a stopped member, with all that its log holds.
public struct MemberTake: Sendable {
    /// The data directories of members of one cluster; the one that has most is taken.
    public var paths: [String]
    public var reading: LogReading
    public var destination: TakeDestination
    /// Whether a file of that name may be replaced.
    public var replacing = false
    /// A snapshot of fewer live keys than this is refused.
    public var expectedKeys = 0
    /// The time now.
    public var date: @Sendable () -> Date

    public init(
        paths: [String],
        reading: LogReading,
        destination: TakeDestination,
        date: @escaping @Sendable () -> Date
    ) {
        self.paths = paths
        self.reading = reading
        self.destination = destination
        self.date = date
    }

    /// Writes the snapshot into its file; it is complete, proved and on the disk, or absent.
    ///
    /// - Throws: `FileError` of the destination; ``MemberChoiceError``; `StorageError` of the directory; ``TakeError``
    ///   for a snapshot that is not sound or has too few keys.
    public func run() throws -> TakenMember {
        let began = self.date()
        // Before anything is read: a name that cannot be had is known at once.
        try self.stage().discard()
        let (directory, state, notes) = try MemberDirectories.best(of: self.paths, self.reading)
        let file = try self.stage()
        do {
            let (byteCount, digest) = try state.image().writeSnapshot(to: file.output)
            try file.output.synchronize()
            let status = try self.prove(file.output.path)
            let beginning = self.destination.nameBeginning(of: directory.cluster.map { "\($0)" } ?? "member")
            let previous = EarlierSnapshot(newestIn: self.destination.directory, named: beginning)
            let path = self.destination.finalPath(named: beginning, revision: status.revision, date: began)
            try file.commit(as: path)
            return TakenMember(
                path: path,
                directory: directory.path,
                member: directory.member,
                cluster: directory.cluster,
                byteCount: UInt64(byteCount) + UInt64(digest.count),
                digest: digest,
                status: status,
                previous: previous,
                notes: notes,
                seconds: self.date().timeIntervalSince(began)
            )
        } catch {
            file.discard()
            throw error
        }
    }

    /// Writes the snapshot to a place where nothing can be taken back, once it is complete and proved.
    ///
    /// - Parameters:
    ///   - directory: Where it lies meanwhile, in a file without a name.
    ///   - write: Called with piece after piece.
    /// - Returns: What was taken.
    /// - Throws: As ``run()``, and what `write` throws.
    public func stream(in directory: String, to write: ([UInt8]) throws -> Void) throws -> TakenMember {
        let began = self.date()
        let (member, state, notes) = try MemberDirectories.best(of: self.paths, self.reading)
        let output = try OutputFile(namelessIn: directory)
        let (byteCount, digest) = try state.image().writeSnapshot(to: output)
        let file = try output.mapped()
        let status = try self.prove(EtcdDatabase(unpacked: file, from: member.path))
        for start in stride(from: 0, to: file.byteCount, by: Self.portion) {
            let end = min(start + Self.portion, file.byteCount)
            let part = file.withBytes { $0.extracting(start..<end).withUnsafeBytes { Array($0) } }
            try file.checkUnchanged()
            try write(part)
        }
        return TakenMember(
            path: nil,
            directory: member.path,
            member: member.member,
            cluster: member.cluster,
            byteCount: UInt64(byteCount) + UInt64(digest.count),
            digest: digest,
            status: status,
            previous: nil,
            notes: notes,
            seconds: self.date().timeIntervalSince(began)
        )
    }

    private static let portion = 1 << 20

    private func stage() throws(FileError) -> StagedFile {
        try StagedFile(destination: self.destination.provisionalPath, replacing: self.replacing)
    }

    private func prove(_ path: String) throws -> SnapshotStatus {
        try self.prove(EtcdDatabase(path: path, locking: .none))
    }

    /// Reads back what was written, from its digest to its histories.
    private func prove(_ database: EtcdDatabase) throws -> SnapshotStatus {
        try database.checkDigest()
        let check = try StorageCheck(of: database)
        try requireSoundSnapshot(check)
        let facts = try StoreFacts(reading: database)
        let status = try SnapshotStatus(of: database, facts: facts, check: check)
        guard status.totalKeys >= self.expectedKeys else {
            throw TakeError.fewKeys(status.totalKeys, expected: self.expectedKeys)
        }
        return status
    }
}

/// A snapshot that was taken of a stopped member.
public struct TakenMember: Sendable {
    /// Of the file; nil for standard output.
    public var path: String?
    /// Of the member's data.
    public var directory: String
    public var member: MemberID?
    public var cluster: ClusterID?
    /// All bytes, the digest among them.
    public var byteCount: UInt64
    /// SHA-256: 32 bytes.
    public var digest: [UInt8]
    public var status: SnapshotStatus
    /// The snapshot before it in the same directory; nil when there is none that can be read.
    public var previous: EarlierSnapshot?
    /// What a person should know of the directory and its log.
    public var notes: [SourceNote]
    /// How long it took.
    public var seconds: Double

    /// Whether the log was read to its end.
    public var isWhole: Bool { !self.notes.contains(where: \.tellsOfUnreadEntries) }
}
