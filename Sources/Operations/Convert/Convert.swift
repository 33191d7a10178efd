import EtcdStorage
import Files
import KineStorage

/// Makes a snapshot of etcd from kine's file: the way from a single k3s or k0s server to etcd.
public struct Convert: Sendable {
    /// kine's file.
    public var source: String
    /// The new snapshot.
    public var destination: String
    /// Whether a file of that name may be replaced.
    public var replacing = false
    /// The revision that the snapshot shows; nil for the newest.
    public var revision: Int64?
    /// Where values are kept until they are written in order.
    public var scratchDirectory = TemporaryFiles.standardDirectory

    public init(_ source: String, to destination: String) {
        self.source = source
        self.destination = destination
    }

    /// Writes the snapshot; it is complete, read back, proved and on the disk, or absent.
    ///
    /// - Throws: ``ConvertError``; `StorageError` for the source; `FileError` for the destination.
    public func run() throws -> ConvertedSnapshot {
        // A name that cannot be had is known before anything is read.
        let file = try StagedFile(destination: self.destination, replacing: self.replacing)
        guard let kine = try KineDatabase(at: self.source, scratchDirectory: self.scratchDirectory) else {
            _ = try EtcdDatabase(path: self.source)
            throw ConvertError.etcdAlready(path: self.source)
        }
        let made = try kine.image(at: self.revision)
        guard made.revision <= OverlaySource.highestRevision else {
            throw StorageError(.revisionTooHigh(made.revision), path: self.source)
        }
        let (byteCount, digest) = try made.image.writeSnapshot(to: file.output)
        try file.output.synchronize()
        let status = try self.provenStatus(of: file.output.path)
        try file.commit()
        return ConvertedSnapshot(
            path: self.destination,
            byteCount: UInt64(byteCount + digest.count),
            digest: digest,
            status: status,
            revision: made.revision,
            newestRevision: made.newestRevision,
            leasedKeyCount: made.leasedKeyCount
        )
    }

    /// Reads the written file back and checks it from its digest to its histories.
    private func provenStatus(of path: String) throws -> SnapshotStatus {
        let database = try EtcdDatabase(path: path, locking: .none)
        let hasDigest = try database.checkDigest()
        let check = try StorageCheck(of: database)
        guard hasDigest, check.isSound else { throw ConvertError.unsound(path: self.destination) }
        return try SnapshotStatus(of: database, facts: StoreFacts(reading: database), check: check)
    }
}

/// Why a file was not made into a snapshot.
public enum ConvertError: Error, Hashable, Sendable {
    /// It is etcd's own already.
    case etcdAlready(path: String)
    /// What was written does not keep etcd's rules; nothing was kept.
    case unsound(path: String)
}

/// A snapshot that was made of kine's file.
public struct ConvertedSnapshot: Sendable {
    public var path: String
    /// All bytes, the digest among them.
    public var byteCount: UInt64
    /// The SHA-256 that it ends in: 32 bytes.
    public var digest: [UInt8]
    /// What the file itself says.
    public var status: SnapshotStatus
    /// The revision that it begins and ends at.
    public var revision: Int64
    /// The newest revision of kine's file.
    public var newestRevision: Int64
    /// Keys that had a time to live, which they have no longer.
    public var leasedKeyCount: Int
}
