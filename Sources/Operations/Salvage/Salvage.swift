import Bolt
public import EtcdStorage
import Files

/// A salvage that has been thought through and can be shown or carried out: what can be read of a damaged database, as
/// a sound snapshot.
///
/// Nothing has been written yet: a dry run ends here.
public struct Salvage: Sendable {
    public let report: SalvageReport
    private let database: SalvagedDatabase

    /// Reads what is left of a snapshot file or a stopped member's data directory.
    ///
    /// - Throws: `StorageError` when nothing can be saved.
    public init(path: String) throws {
        self.database = try SalvagedDatabase(path: path)
        self.report = self.database.report
    }

    /// Writes the snapshot, which is complete, proved and on the disk, or absent.
    ///
    /// - Returns: Its length in bytes, and its digest.
    /// - Throws: `FileError`; `StorageError` when the source changes meanwhile; ``SalvageError`` when the new file is
    ///   not what was to be written.
    public func write(to path: String) throws -> (byteCount: Int, digest: [UInt8]) {
        let staged = try StagedFile(destination: path)
        let (_, digest) = try self.database.image.writeSnapshot(to: staged.output)
        try staged.output.synchronize()
        try self.prove(staged.output)
        try staged.commit()
        return (staged.output.byteCount, digest)
    }

    private func prove(_ file: OutputFile) throws {
        let written = try EtcdDatabase(path: file.path, locking: .none)
        try written.checkDigest()
        let check = try StorageCheck(of: written)
        guard check.isSound, check.recordCount == self.report.recordCount,
            check.liveKeyCount == self.report.keyCount
        else {
            let first = check.structure.findings.first?.explanation ?? check.findings.first?.explanation
            throw SalvageError.newFileUnsound(path: file.reportedPath, first: first ?? "its counts differ")
        }
    }
}

/// Why nothing was written.
public enum SalvageError: Error, Hashable, Sendable {
    /// The new file did not read back as a sound snapshot, and was removed.
    case newFileUnsound(path: String, first: String)
}
