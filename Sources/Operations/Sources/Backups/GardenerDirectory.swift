import Archives
import Bolt
import EtcdStorage
import Files

/// A directory of Gardener's etcd-backup-restore: full snapshots and the changes since, see ``GardenerFileName``.
///
/// The files lie in it, or in `v2` below it. Each is gzip, zlib, LZW or plain, and ends in its SHA-256 before it is packed.
struct GardenerDirectory {
    private let path: String
    /// By ascending last revision.
    private let fulls: [GardenerFileName]
    private let deltas: [GardenerFileName]

    /// nil when there is no full snapshot.
    init?(_ path: String, _ names: [String]) {
        var (path, names) = (path, names)
        if names.contains("v2"), let below = try? directoryEntries(path: path + "/v2") {
            path += "/v2"
            names = below
        }
        let files = names.compactMap { GardenerFileName($0) }.sorted {
            ($0.lastRevision, $0.startRevision, $0.created) < ($1.lastRevision, $1.startRevision, $1.created)
        }
        self.path = path
        self.fulls = files.filter { $0.kind == .full }
        self.deltas = files.filter { $0.kind == .delta }
        if self.fulls.isEmpty { return nil }
    }

    /// The newest full snapshot with the changes since, both up to a revision.
    ///
    /// A revision before the first full snapshot may be in that one's history.
    ///
    /// - Throws: `.futureRevision`; what opening the files and merging them throws.
    func backup(upTo revision: Int64?, _ finder: BackupFinder) throws(StorageError) -> Backup {
        for full in self.fulls.reversed() where full.lastRevision <= revision ?? .max {
            let database = try self.open(full, finder)
            // It may hold more than its name says.
            let newest = try database.lastRevision()
            if newest <= revision ?? .max {
                return try self.merge(database, full, after: newest, upTo: revision, finder)
            }
        }
        let path = "\(self.path)/\(self.fulls[0].name)"
        return Backup(path: path, unpacked: try self.open(self.fulls[0], finder).bolt.file)
    }

    private func merge(
        _ database: EtcdDatabase,
        _ full: GardenerFileName,
        after newest: Int64,
        upTo revision: Int64?,
        _ finder: BackupFinder
    ) throws(StorageError) -> Backup {
        let deltas = self.deltas.filter { $0.lastRevision > newest }.map { name in
            let path = "\(self.path)/\(name.name)"
            return DeltaFile(name: name, path: path) { () throws(StorageError) in
                try unpacked(path, name, finder.unpacker)
            }
        }
        let output = try naming(self.path) { () throws(FileError) in
            try finder.unpacker.places.makeFile(for: database.bolt.databaseByteCount)
        }
        let merged = try database.merge(deltas, upTo: revision, into: output)
        let file = try naming(self.path) { () throws(FileError) in try output.mapped() }
        if let revision, revision > merged.revision {
            let reason = StorageError.Reason.futureRevision(asked: revision, current: merged.revision)
            throw StorageError(reason, path: self.path)
        }
        let note = BackupNote.gardener(full: full.name, merged)
        return Backup(path: self.path, unpacked: file, notes: [.backup(note)], isAtRevision: true)
    }

    /// Opens a full snapshot, and compares its digest.
    private func open(
        _ full: GardenerFileName,
        _ finder: BackupFinder
    ) throws(StorageError) -> EtcdDatabase {
        let path = "\(self.path)/\(full.name)"
        let database = try EtcdDatabase(unpacked: unpacked(path, full, finder.unpacker), from: path)
        do {
            try database.checkDigest()
        } catch {
            throw error as? StorageError
                ?? StorageError(.file(FileError(.interrupted, path: path)), path: path)
        }
        return database
    }
}

/// One of the files, unpacked where it is packed.
private func unpacked(
    _ path: String,
    _ name: GardenerFileName,
    _ unpacker: Unpacker
) throws(StorageError) -> MappedFile {
    let file = try naming(path) { () throws(FileError) in try MappedFile(path: path, locking: .none) }
    do {
        return name.isLZW ? try unpacker.unpackLZW(file) : try unpacker.unpack(file)?.file ?? file
    } catch {
        throw StorageError(.archive(error), path: path)
    }
}
