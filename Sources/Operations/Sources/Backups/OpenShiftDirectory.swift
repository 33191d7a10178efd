import Archives
import EtcdStorage
import Files

/// A directory that OpenShift's `cluster-backup.sh` has filled.
///
///     name                                        what
///     snapshot_<time>.db                          a snapshot
///     static_kuberesources_<time>.tar.gz          the static pods' manifests and secrets of the same time
///
/// The time is `2026-01-31_235959`, with `__POSSIBLY_DIRTY__` behind it when an operator was at work meanwhile. Secrets
/// and keys of the control plane are in the second file: its names alone are shown.
///
/// Source: openshift/cluster-etcd-operator `bindata/etcd/cluster-backup.sh`.
struct OpenShiftDirectory {
    private let path: String
    /// Of the snapshots, newest first.
    private let times: [String]
    private let names: Set<String>

    /// nil when there is no such snapshot.
    init?(_ path: String, _ names: [String]) {
        let times = names.compactMap { name -> String? in
            guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
            let time = String(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
            let isTime = time.utf8.prefix(17).allSatisfy {
                (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
            return time.utf8.count >= 17 && isTime ? time : nil
        }
        guard !times.isEmpty else { return nil }
        self.path = path
        self.times = times.sorted(by: >)
        self.names = Set(names)
    }

    private static let prefix = "snapshot_"
    private static let suffix = ".db"

    private static func resources(_ time: String) -> String { "static_kuberesources_\(time).tar.gz" }

    /// The newest pair; without any pair the newest snapshot.
    func backup(_ finder: BackupFinder) throws(StorageError) -> Backup {
        let paired = self.times.first { self.names.contains(Self.resources($0)) }
        guard let time = paired ?? self.times.first else { return Backup(path: self.path) }
        let name = Self.prefix + time + Self.suffix
        let note = BackupNote.openShift(
            snapshot: name,
            resources: paired.map { self.pods(in: "\(self.path)/\(Self.resources($0))", finder) },
            newerWithoutResources: self.times[0] == time ? nil : Self.prefix + self.times[0] + Self.suffix
        )
        return try finder.backup(inFile: "\(self.path)/\(name)").with([.backup(note)])
    }

    /// The names of the static pods' directories in a file; none when it cannot be read.
    private func pods(in path: String, _ finder: BackupFinder) -> [String] {
        guard let file = try? MappedFile(path: path, locking: .none),
            let names = try? finder.unpacker.names(in: file)
        else { return [] }
        let pods = names.compactMap { name -> String? in
            let parts = name.split(separator: "/").filter { $0 != "." }
            guard parts.count > 1 else { return nil }
            return String(parts[0] == "static-pod-resources" && parts.count > 2 ? parts[1] : parts[0])
        }
        return Set(pods).sorted()
    }
}
