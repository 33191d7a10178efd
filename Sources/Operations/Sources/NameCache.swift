import EtcdStorage
import EtcdStore
import Files
import Glibc
import KineStorage
public import KubernetesRegistry
import SystemPackage

/// The names of the objects of a source, for the completion of words in a shell: kept in a file once they were read, so
/// that the next word does not read a large snapshot again.
///
/// The file is `$XDG_CACHE_HOME/registree/names-DEVICE-INODE-SIZE-SECONDS.NANOSECONDS`, or below `$HOME/.cache`, with
/// mode 0600 in a directory of mode 0700; the time is that of the source's last change, of its content or its inode. It
/// holds names alone, never a value.
public struct NameCache: Sendable {
    private let context: CallerContext
    /// nil when nothing can be kept.
    private let directory: String?

    private static let prefix = "names-"
    /// So many sources are remembered.
    private static let limit = 16
    /// Names of more bytes are read anew each time.
    private static let byteLimit = 256 << 20

    public init(_ context: CallerContext) {
        self.context = context
        let home = context.variable("HOME").map { $0 + "/.cache" }
        // A relative path is none, as the XDG Base Directory Specification says.
        let named = context.variable("XDG_CACHE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        self.directory = (named ?? home).map { $0 + "/registree" }
    }

    /// The names in the file that a person asks for.
    ///
    /// - Parameters:
    ///   - request: Which file.
    ///   - revision: Which revision of it; nil for the newest.
    ///   - etcdPrefix: The one root to look below; nil for all.
    /// - Returns: nil for a live etcd, which is not asked, and for standard input, which can be read once.
    /// - Throws: What opening and reading throws; nothing for what cannot be kept.
    public func names(
        of request: SourceRequest,
        revision: Int64?,
        etcdPrefix: String?
    ) throws -> ObjectNames? {
        guard request.connection.endpoints.isEmpty,
            case .path(let path)? = SourceName.named(by: request.file, in: self.context), path != "-"
        else { return nil }
        let isWhole = revision == nil && etcdPrefix == nil
        let place = isWhole ? self.place(ofNamesIn: path) : nil
        if let known = place.flatMap(kept(at:)) { return known }
        let keyspace: Keyspace
        switch try request.open(self.context).source {
        case .database(let database): keyspace = try database.keyspace(at: revision)
        case .member(let member): keyspace = try member.overlay.keyspace(at: revision)
        case .kine(let kine): keyspace = try kine.keyspace(at: revision)
        case .live: return nil
        }
        let registry = try Registry(of: keyspace, etcdPrefix: etcdPrefix)
        let names = ObjectNames(of: registry)
        try registry.keyspace.checkUnchanged()
        if let place { self.keep(names, at: place) }
        return names
    }

    /// Where the names in the file at `path` are kept; nil for a directory, whose files change one by one, as do kine's
    /// and its log.
    private func place(ofNamesIn path: String) -> String? {
        guard let directory = self.directory, let status = try? Stat(path), status.type == .regular,
            KineDatabase.logPath(of: path) == nil
        else { return nil }
        let changed = status.st_ctim
        let identity = "\(status.deviceID.rawValue)-\(status.inode.rawValue)-\(status.size)"
        return "\(directory)/\(Self.prefix)\(identity)-\(changed.tv_sec).\(changed.tv_nsec)"
    }

    /// Keeps names, and forgets the oldest ones; a failure changes nothing but the time of the next completion.
    private func keep(_ names: ObjectNames, at place: String) {
        guard let directory = self.directory, names.text.count <= Self.byteLimit else { return }
        mkdir(String(directory.dropLast("/registree".count)), 0o700)
        mkdir(directory, 0o700)
        do {
            let file = try StagedFile(destination: place, replacing: true)
            try file.output.append(names.text)
            try file.commit()
        } catch { return }
        let entries = (try? directoryEntries(path: directory)) ?? []
        let kept = entries.filter { $0.hasPrefix(Self.prefix) }.map { "\(directory)/\($0)" }
        let dated = kept.map { (path: $0, written: writtenAt($0)) }.sorted { $0.written < $1.written }
        for old in dated.dropLast(Self.limit) { unlink(old.path) }
    }
}

/// The names in a file of this user's own that nobody else may read; nil when there is none.
private func kept(at place: String) -> ObjectNames? {
    guard let status = try? Stat(place, followTargetSymlink: false), status.type == .regular,
        status.userID.rawValue == geteuid(), status.permissions.rawValue & 0o077 == 0,
        let text = try? MappedFile(path: place, locking: .none).contents()
    else { return nil }
    return ObjectNames(text: text)
}

/// When a file was written, in seconds since 1970; 0 when that cannot be found out.
private func writtenAt(_ path: String) -> Int {
    (try? Stat(path, followTargetSymlink: false))?.st_mtim.tv_sec ?? 0
}
