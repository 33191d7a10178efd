import EtcdStorage
import Files
import FoundationEssentials

/// A backup store of kOps' etcd-manager on a disk, or one backup of it.
///
///     name                                what
///     <time>-<number>/etcd.backup.gz      a snapshot, gzip
///     <time>-<number>/_etcd_backup.meta   JSON: etcdVersion, timestamp, clusterSpec
///     control/                            commands to the cluster
///
/// The time is RFC 3339 in UTC, the number has six digits: in the order of their names is in the order of time.
///
/// Source: kubernetes-sigs/etcd-manager `pkg/backup/vfs.go`, `pkg/backup/store.go`.
struct EtcdManagerStore {
    private let path: String
    /// The directories of the backups, oldest first; "" for the directory itself.
    private let backups: [String]

    private static let snapshot = "etcd.backup.gz"
    private static let meta = "_etcd_backup.meta"

    /// nil when there is no backup.
    init?(_ path: String, _ names: [String]) {
        if names.contains(Self.snapshot) {
            self.backups = [""]
        } else {
            self.backups = names.filter { name in
                isBackupName(name) && (try? fileExists(path: "\(path)/\(name)/\(Self.snapshot)")) == true
            }.sorted()
        }
        guard !self.backups.isEmpty else { return nil }
        self.path = path
    }

    /// The newest backup.
    func backup(_ finder: BackupFinder) throws(StorageError) -> Backup {
        let name = self.backups.last ?? ""
        let directory = name.isEmpty ? self.path : "\(self.path)/\(name)"
        let note = BackupNote.etcdManager(
            backup: name.isEmpty ? self.path : name,
            of: self.backups.count,
            etcdVersion: version(inMetaFile: "\(directory)/\(Self.meta)")
        )
        return try finder.backup(inFile: "\(directory)/\(Self.snapshot)").with([.backup(note)])
    }
}

/// Whether it is `2026-01-31T23:59:59Z-000001`.
private func isBackupName(_ name: String) -> Bool {
    let pattern = Array("0000-00-00T00:00:00Z-000000".utf8)
    let bytes = Array(name.utf8)
    return bytes.count == pattern.count
        && zip(bytes, pattern).allSatisfy { byte, sign in
            sign == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == sign
        }
}

/// The version of etcd that wrote the backup; nil when the file does not say it.
private func version(inMetaFile path: String) -> String? {
    struct Meta: Decodable { var etcdVersion: String? }
    guard let bytes = try? contents(ofFile: path),
        let meta = try? JSONDecoder().decode(Meta.self, from: Data(bytes)),
        let version = meta.etcdVersion, version.utf8.count <= 64
    else { return nil }
    return version
}
