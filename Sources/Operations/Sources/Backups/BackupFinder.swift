import Archives
public import EtcdStorage
import Files

/// Looks for the snapshot in files and in the directories of programs that make backups.
struct BackupFinder: Sendable {
    let unpacker: Unpacker

    init(_ unpacker: Unpacker) {
        self.unpacker = unpacker
    }

    /// The snapshot in a file, unpacked where it is packed.
    func backup(inFile path: String) throws(StorageError) -> Backup {
        // Why a file cannot be read is said when it is opened as a snapshot.
        guard let file = try? MappedFile(path: path, locking: .none) else { return Backup(path: path) }
        do {
            guard let unpacked = try self.unpacker.unpack(file) else { return Backup(path: path) }
            return Backup(path: path, unpacked)
        } catch {
            throw StorageError(.archive(error), path: path)
        }
    }

    /// The snapshot in a directory; nil when no program is known that makes such one.
    func backup(
        inDirectory path: String,
        upTo revision: Int64?
    ) throws(StorageError) -> Backup? {
        let names: [String]
        do {
            names = try directoryEntries(path: path)
        } catch {
            throw StorageError(.file(error), path: path)
        }
        if let gardener = GardenerDirectory(path, names) {
            return try gardener.backup(upTo: revision, self)
        }
        if let openShift = OpenShiftDirectory(path, names) { return try openShift.backup(self) }
        if let etcdManager = EtcdManagerStore(path, names) { return try etcdManager.backup(self) }
        return nil
    }
}

/// What was found in a packed file, or in a directory of a program that makes backups.
public enum BackupNote: Hashable, Sendable {
    /// - snapshot: the name of the snapshot of the newest pair.
    /// - resources: what lies in the file beside it; nil when that file is missing, empty when it cannot be read.
    /// - newerWithoutResources: the name of a newer snapshot without such a file; nil when there is none.
    case openShift(snapshot: String, resources: [String]?, newerWithoutResources: String?)
    /// - backup: the name of the newest backup.
    /// - etcdVersion: of the cluster; nil when the backup does not say it.
    case etcdManager(backup: String, of: Int, etcdVersion: String?)
    /// - database: the name of a member's database in a packed data directory, whose log is not read.
    case packedDataDirectory(database: String)
    case gardener(full: String, MergedDeltas)
}
