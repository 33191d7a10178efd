import Archives
public import EtcdStorage
import Files
import Glibc
public import KineStorage

/// A backup as a person names it: a file, packed or not, a directory of one of the programs that make backups, or `-`.
public struct BackupRequest: Sendable {
    /// A path, or `-` for standard input.
    public var path: String
    /// The last revision that is wanted of a directory that has several states; nil for the newest.
    public var revision: Int64?

    /// What reports and errors call standard input.
    public static let standardInputName = "standard input"

    public init(path: String, revision: Int64? = nil) {
        self.path = path
        self.revision = revision
    }

    /// What reports and errors call a path: itself, or that it is standard input.
    public static func shownName(of path: String) -> String {
        path == "-" ? Self.standardInputName : path
    }

    /// Finds the snapshot, and unpacks it where it is packed; it is not opened yet.
    ///
    /// A path at which nothing is to be found or unpacked stays what it is: opening it says what is wrong.
    ///
    /// - Throws: `StorageError`: `.archive`, `.file`, `.changes`, `.foreign`.
    public func find(_ context: CallerContext) throws(StorageError) -> Backup {
        if self.path == "-" { return try self.readStandardInput(context) }
        let finder = BackupFinder(context.unpacker(beside: self.path))
        if let kine = try KineDatabase(at: self.path, scratchDirectory: context.temporaryDirectory) {
            return Backup(kine, upTo: self.revision)
        }
        guard isDirectory(path: self.path), !DataDirectoryLayout.isDataDirectory(self.path) else {
            return try finder.backup(inFile: self.path)
        }
        return try finder.backup(inDirectory: self.path, upTo: self.revision) ?? Backup(path: self.path)
    }

    private func readStandardInput(_ context: CallerContext) throws(StorageError) -> Backup {
        let name = Self.standardInputName
        guard isatty(context.standardInput) == 0 else {
            throw StorageError(.file(FileError(.notARegularFile(kind: "a terminal"), path: name)), path: name)
        }
        let unpacker = context.unpacker(beside: nil)
        do {
            let file = try unpacker.spool(context.standardInput, named: name)
            guard let unpacked = try unpacker.unpack(file) else { return Backup(path: name, unpacked: file) }
            return Backup(path: name, unpacked)
        } catch {
            throw StorageError(.archive(error), path: name)
        }
    }
}

/// A backup that was found.
public struct Backup: Sendable {
    /// Of the file or directory, as reports and errors name it.
    public var path: String
    /// The snapshot, where it is not simply what lies at the path.
    private var unpacked: MappedFile?
    /// What a person should know of how it was found.
    public private(set) var notes: [SourceNote]
    /// Whether it is the state at the asked revision, where there are several.
    public private(set) var isAtRevision: Bool
    /// kine's file, of which a snapshot is made; nil for anything else.
    public private(set) var kine: KineDatabase?
    /// The revision of kine's file that is wanted; nil for the newest.
    private var revision: Int64?

    init(
        path: String,
        unpacked: MappedFile? = nil,
        notes: [SourceNote] = [],
        isAtRevision: Bool = false
    ) {
        self.path = path
        self.unpacked = unpacked
        self.notes = notes
        self.isAtRevision = isAtRevision
    }

    /// What was in a packed file.
    init(path: String, _ unpacked: UnpackedFile) {
        self.init(path: path, unpacked: unpacked.file)
        if unpacked.name.split(separator: "/").suffix(2) == ["snap", "db"] {
            self.notes = [.backup(.packedDataDirectory(database: unpacked.name))]
        }
    }

    init(_ kine: KineDatabase, upTo revision: Int64?) {
        self.init(path: kine.path, notes: [.madeOfKine(path: kine.path)] + kine.logNotes, isAtRevision: true)
        self.kine = kine
        self.revision = revision
    }

    /// Whether the snapshot lies in a file that only this process has.
    public var isUnpacked: Bool { self.unpacked != nil }

    /// Opens the snapshot; of kine's file one is made, which has no digest.
    ///
    /// - Throws: As ``EtcdDatabase/init(path:locking:)`` and ``KineDatabase/image(at:)``.
    public func database() throws(StorageError) -> EtcdDatabase {
        if let kine { return try kine.database(at: self.revision) }
        guard let unpacked else { return try EtcdDatabase(path: self.path) }
        return try EtcdDatabase(unpacked: unpacked, from: self.path)
    }

    /// What there is to say of a snapshot that is too damaged to be opened.
    public func damageHints() -> DamageHints {
        self.unpacked.map { DamageHints(of: $0) } ?? DamageHints(path: self.path)
    }

    func with(_ notes: [SourceNote]) -> Backup {
        var backup = self
        backup.notes += notes
        return backup
    }
}

extension CallerContext {
    /// Unpacks into `$TMPDIR`, or beside the file, or into `/tmp`: the first that has room.
    func unpacker(beside path: String?) -> Unpacker {
        var places: [String] = []
        if let named = self.variable("TMPDIR") { places.append(named) }
        if let path { places.append(parent(of: path)) }
        places.append(TemporaryFiles.standardDirectory)
        let programs = self.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return Unpacker(
            places: ScratchPlaces(places),
            programDirectories: programs.split(separator: ":").map(String.init)
        )
    }
}

/// The directory that `path` lies in, or itself when it is one.
private func parent(of path: String) -> String {
    if isDirectory(path: path) { return path }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
