public import EtcdStorage
public import Files

/// kine's own file, in which a single k3s or k0s server keeps in SQLite what others keep in etcd.
///
/// It is opened for each reading and never written, nor is anything beside it. A server may have it open: what is read is
/// one state that the database had, and when the server does not let one be had, that is an error.
///
/// Source: k3s-io/kine `pkg/drivers/sqlite/sqlite.go`.
public struct KineDatabase: Sendable {
    public let path: String
    private let scratchDirectory: String

    /// - Parameters:
    ///   - path: The file.
    ///   - scratchDirectory: Where values are kept while they are looked at, and a copy of the file when it has a log.
    public init(path: String, scratchDirectory: String) {
        self.path = path
        self.scratchDirectory = scratchDirectory
    }

    /// Whether a file is one of SQLite's, as kine's is.
    ///
    /// Source: sqlite.org, "Database File Format", the header string.
    public static func isSQLite(_ file: MappedFile) -> Bool {
        let header = Array("SQLite format 3\0".utf8)
        return file.withBytes { bytes in
            bytes.withUnsafeBytes { $0.prefix(header.count).elementsEqual(header) }
        }
    }

    /// The log beside the file at `path` with changes that belong to it; nil when there is none.
    public static func logPath(of path: String) -> String? { (try? SQLitePlace.logPath(of: path)) ?? nil }

    /// Reads the keys that live at `revision`, or at the newest when it is nil.
    ///
    /// - Throws: `.compacted` or `.futureRevision` for a revision that cannot be shown; `.kine`; `.file`.
    public func keyspace(at revision: Int64?) throws(StorageError) -> Keyspace {
        var spool = try self.naming { () throws(FileError) in try KeyspaceSpool(in: self.scratchDirectory) }
        let summary = try self.read(at: revision, checkingPages: false) {
            (key, value, metadata) throws(StorageError) in
            try self.naming { () throws(FileError) in try spool.append(key: key, value: value, metadata) }
        }
        return try self.naming { () throws(FileError) in
            try spool.keyspace(at: summary.shown, of: summary.newest)
        }
    }

    /// The database of ``image(at:)``, in a scratch file without a digest.
    ///
    /// - Throws: As ``image(at:)``.
    public func database(at revision: Int64?) throws(StorageError) -> EtcdDatabase {
        let image = try self.image(at: revision).image
        let output = try self.naming { () throws(FileError) in
            try OutputFile(namelessIn: self.scratchDirectory)
        }
        _ = try image.writeDatabase(to: output)
        let file = try self.naming { () throws(FileError) in try output.mapped() }
        return try EtcdDatabase(unpacked: file, from: self.path)
    }

    /// A database of etcd with the keys that live at `revision`, or at the newest when it is nil.
    ///
    /// The file's pages are checked first. The image is that of ``ImageSpool``: what kine does not know is not in it.
    ///
    /// - Throws: As ``keyspace(at:)``.
    public func image(at revision: Int64?) throws(StorageError) -> KineImage {
        var spool = try self.naming { () throws(FileError) in try ImageSpool(in: self.scratchDirectory) }
        var leased = 0
        let summary = try self.read(at: revision, checkingPages: true) {
            (key, value, metadata) throws(StorageError) in
            if metadata.lease != 0 { leased += 1 }
            try self.naming { () throws(FileError) in try spool.append(key: key, value: value, metadata) }
        }
        let image = try self.naming { () throws(FileError) in try spool.image(at: summary.shown) }
        return KineImage(
            image: image,
            revision: summary.shown,
            newestRevision: summary.newest,
            keyCount: summary.live.count,
            leasedKeyCount: leased
        )
    }

    private func read(
        at revision: Int64?,
        checkingPages: Bool,
        _ body: (_ key: [UInt8], _ value: [UInt8], KeyMetadata) throws(StorageError) -> Void
    ) throws(StorageError) -> KineTable.Summary {
        let place = try SQLitePlace(path: self.path, scratchDirectory: self.scratchDirectory)
        do throws(StorageError) {
            let table = try KineTable(in: place)
            if checkingPages { try table.checkPages() }
            let summary = try table.summary(at: revision)
            try table.forEachKey(of: summary.live, body)
            try place.checkUnchanged()
            return summary
        } catch {
            // That the file changed meanwhile says more than what that looked like.
            try place.checkUnchanged()
            throw error
        }
    }

    private func naming<Result>(_ body: () throws(FileError) -> Result) throws(StorageError) -> Result {
        do throws(FileError) {
            return try body()
        } catch {
            throw StorageError(.file(error), path: self.path)
        }
    }
}

/// A database of etcd made of kine's keys, not written yet.
public struct KineImage: Sendable {
    public var image: DatabaseImage
    /// The revision that it shows.
    public var revision: Int64
    /// The newest revision of kine's file.
    public var newestRevision: Int64
    public var keyCount: Int
    /// Keys that had a time to live, which they have no longer.
    public var leasedKeyCount: Int
}
