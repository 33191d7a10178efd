public import Bolt
public import Files

/// etcd's database, opened for reading: a snapshot file, or the `db` file of a stopped member.
///
/// A snapshot file is the database's pages, then usually the SHA-256 of those pages:
///
///     offset  size  field
///          0     n  bbolt pages; n is a multiple of 512
///          n    32  SHA-256 of the n bytes above; absent in a file copied from a data directory
///
/// Source: etcd-io/etcd `client/v3/snapshot/v3_snapshot.go`, `hasChecksum`.
public struct EtcdDatabase: Sendable {
    /// The path that was asked for: the file, or the data directory; of a received database the path of its file.
    public let path: String
    public let bolt: BoltFile
    /// The 32 bytes that the file ends in, where it ends in a digest; it has not been compared.
    public let storedDigest: [UInt8]?
    /// The member's data directory, when that is what was opened.
    public let dataDirectory: DataDirectoryLayout?
    /// What was opened in the place of the directory's `db`, since etcd would start from it; nil otherwise.
    public private(set) var receivedSnapshot: ReceivedSnapshot?

    /// Size of a digest, in bytes.
    static let digestByteCount = 32
    /// Every database's length is a multiple of this, the smallest page size, in bytes.
    static let sectorByteCount = 512

    /// Opens a snapshot file, a data directory or a directory's `db` file, without changing it.
    ///
    /// Of a data directory that is opened which etcd would start from, see ``ReceivedSnapshot``.
    ///
    /// - Throws: `.file` (missing, a pipe, in use by a running etcd, …), `.notADataDirectory`; `.foreign`,
    ///   `.bytesBefore`, `.onlyZeros`, or else `.bolt` when it is not a bbolt file or is cut short.
    public init(path: String, locking: MappedFile.Locking = .shared) throws(StorageError) {
        guard let layout = DataDirectoryLayout(containing: path) else {
            try self.init(file: path, of: nil, openedAs: path, locking: locking)
            return
        }
        // Its lock tells whether an etcd runs here; it is held until the other one is open.
        let database = try Self.database(in: layout, openedAs: path, locking: locking)
        guard let received = try layout.receivedSnapshot(replacing: database) else {
            guard let database else { throw StorageError(.notADataDirectory, path: path) }
            self = database
            return
        }
        let file = "\(layout.snapshots)/\(received.name)"
        try self.init(file: file, of: layout, openedAs: file, locking: locking)
        self.receivedSnapshot = received
    }

    /// The directory's `db`; nil when there is none.
    private static func database(
        in layout: DataDirectoryLayout,
        openedAs path: String,
        locking: MappedFile.Locking
    ) throws(StorageError) -> EtcdDatabase? {
        do {
            return try EtcdDatabase(file: layout.database, of: layout, openedAs: path, locking: locking)
        } catch {
            if case .file(let error) = error.reason, error.reason == .missing { return nil }
            throw error
        }
    }

    /// Opens one file; errors name it as `path`.
    private init(
        file name: String,
        of layout: DataDirectoryLayout?,
        openedAs path: String,
        locking: MappedFile.Locking
    ) throws(StorageError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: name, locking: locking)
        } catch {
            throw StorageError(.file(error), path: path)
        }
        try self.init(file, of: layout, openedAs: path)
    }

    /// Opens a snapshot that lies in a file without a name, where it was unpacked; errors name `path`.
    ///
    /// - Throws: As ``init(path:locking:)`` does for a file.
    public init(unpacked file: MappedFile, from path: String) throws(StorageError) {
        try self.init(file, of: nil, openedAs: path)
    }

    private init(
        _ file: MappedFile,
        of layout: DataDirectoryLayout?,
        openedAs path: String
    ) throws(StorageError) {
        let byteCount = Self.byteCount(withoutDigestOf: file)
        do {
            self.bolt = try BoltFile(file, byteCount: byteCount)
        } catch {
            throw StorageError(whatIsWrong(with: file, insteadOf: error), path: path)
        }
        self.path = path
        self.dataDirectory = layout
        self.storedDigest =
            byteCount < file.byteCount ? file.bytes(in: byteCount..<file.byteCount) : nil
    }

    /// Opens another state of the database in the file at `path`.
    init(_ bolt: BoltFile, path: String) {
        self.path = path
        self.bolt = bolt
        self.storedDigest = nil
        self.dataDirectory = nil
    }

    /// The length of `file` without the digest that it may end in, in bytes.
    static func byteCount(withoutDigestOf file: MappedFile) -> Int {
        let hasDigest = file.byteCount % Self.sectorByteCount == Self.digestByteCount
        return file.byteCount - (hasDigest ? Self.digestByteCount : 0)
    }

    /// The buckets, in order of their names.
    public func buckets() throws(StorageError) -> [Bucket] {
        try self.reading { () throws(BoltError) in try self.bolt.buckets() }
    }

    /// The bucket of that name, where there is one.
    public func bucket(_ name: BucketName) throws(StorageError) -> Bucket? {
        try self.reading { () throws(BoltError) in try self.bolt.bucket(named: name.rawValue) }
    }

    /// Runs `body`, and turns what it throws into an error of this file; that the file changed meanwhile is
    /// the error then, whatever the damage looked like.
    func reading<Result>(_ body: () throws(BoltError) -> Result) throws(StorageError) -> Result {
        let result: Result
        do {
            result = try body()
        } catch {
            try self.checkUnchanged()
            throw StorageError(.bolt(error), path: self.path)
        }
        return result
    }

    /// Throws `.file` when the file has become shorter or was changed since it was opened, or its disk fails.
    public func checkUnchanged() throws(StorageError) {
        do {
            try self.bolt.file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: self.path)
        }
    }
}

extension MappedFile {
    /// A copy of a range that lies within the file.
    func bytes(in range: Range<Int>) -> [UInt8] {
        self.withBytes { $0.extracting(range).withUnsafeBytes { Array($0) } }
    }
}

/// What a file is that bbolt's rules refuse; where that is not known, what is wrong by these rules.
private func whatIsWrong(with file: MappedFile, insteadOf error: BoltError) -> StorageError.Reason {
    switch error.reason {
    case .notBolt, .truncated: break
    default: return .bolt(error)
    }
    if let foreign = ForeignFile(file) { return .foreign(foreign) }
    if file.holdsOnlyZeros { return .onlyZeros }
    let before = file.withBytes { bytes in
        firstMetaPage(in: bytes.extracting(first: EnclosedSnapshot.searchedByteCount))
    }
    return before.map { .bytesBefore(count: $0) } ?? .bolt(error)
}
