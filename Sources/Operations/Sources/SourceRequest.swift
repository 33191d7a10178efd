import EtcdStorage
public import Files

/// Which source a person asks for, as the flags name it.
public struct SourceRequest: Sendable {
    /// `-f`: a path, `-` for standard input, or `live`.
    public var file: String?
    /// The last revision that is wanted; nil for the newest.
    public var revision: Int64?
    /// How to reach a live etcd.
    public var connection: ConnectionFlags
    /// Whether to compare a snapshot's digest with its bytes first.
    public var checksDigest: Bool
    /// How the log of a stopped member is read.
    public var log: LogReading

    public init(
        file: String?,
        revision: Int64? = nil,
        connection: ConnectionFlags,
        checksDigest: Bool,
        log: LogReading = LogReading()
    ) {
        self.file = file
        self.revision = revision
        self.connection = connection
        self.checksDigest = checksDigest
        self.log = log
    }

    /// Finds the source and opens it; no key is read yet.
    ///
    /// - Returns: The source, and what a person should know about it.
    /// - Throws: `SourceError` when the flags name none or two; `StorageError` for a file that is not a database or
    ///   whose digest differs; `EtcdClientError` for what is not an endpoint; what asking for a password throws.
    public func open(_ context: CallerContext) throws -> (source: Source, notes: [SourceNote]) {
        switch try self.name(context) {
        case .path(let path):
            let backup = try BackupRequest(path: path, revision: self.revision).find(context)
            if let kine = backup.kine {
                let digestNotes = self.checksDigest ? [SourceNote.noDigest(path: path)] : []
                return (.kine(kine), digestNotes + kine.logNotes)
            }
            let database = try backup.database()
            let digestNotes = self.checksDigest ? try database.checkedDigestNotes() : []
            let member = MemberState(of: database, self.log)
            let notes = backup.notes + digestNotes + database.strayByteNotes() + member.notes
            return (member.source, notes)
        case .live:
            let connection = try self.connection.connection(context)
            let live = LiveEtcd(connection, spoolDirectory: context.temporaryDirectory)
            return (.live(live), connection.notes)
        }
    }

    /// `-f`, then `--endpoints`, then `$REGISTREE_FROM`, then the live etcd of this machine, or else its kine's file.
    private func name(_ context: CallerContext) throws(SourceError) -> SourceName {
        let namesEndpoints = !self.connection.endpoints.isEmpty
        if let file = self.file {
            let name = SourceName(file)
            guard name == .live || !namesEndpoints else { throw .fileAndEndpoints }
            return name
        }
        if namesEndpoints { return .live }
        if let name = SourceName.named(by: nil, in: context) { return name }
        if context.variable("ETCDCTL_ENDPOINTS") != nil { return .live }
        let search: LocalEtcd.Search
        do {
            search = try LocalEtcd.search(root: context.root)
        } catch {
            throw .localConfiguration(error)
        }
        if search.found != nil { return .live }
        if let kine = search.kineFile { return .path(kine) }
        throw search.readInVain.isEmpty ? .noSource : .manifestsWithoutEtcd(paths: search.readInVain)
    }
}

/// What a source is called: `-f` and `$REGISTREE_FROM` take a path, or the word `live`.
public enum SourceName: Hashable, Sendable {
    case path(String)
    /// The live etcd that the connection flags name, or the one that runs on this machine.
    case live

    public init(_ name: String) {
        self = name == "live" ? .live : .path(name)
    }

    /// The source that `-f` names, or else `$REGISTREE_FROM`; nil when neither does.
    public static func named(by file: String?, in context: CallerContext) -> SourceName? {
        (file ?? context.variable("REGISTREE_FROM")).map { SourceName($0) }
    }
}

/// Why no source can be opened, before any file or etcd was asked.
public enum SourceError: Error, Hashable, Sendable {
    /// Both a file and endpoints are named.
    case fileAndEndpoints
    case noSource
    /// No source is named, and the manifests of this machine's etcd do not say how it is started.
    case manifestsWithoutEtcd(paths: [String])
    /// This machine has an etcd, but its configuration may not be read.
    case localConfiguration(FileError)
    /// A variable that is not `true` or `false`.
    case variableIsNotBoolean(String)
    /// A variable that is not a time such as `2s`.
    case variableIsNotDuration(String)
    case passwordWithoutUser
    case emptyUserName
    case passwordFileTooLong(path: String)
}
