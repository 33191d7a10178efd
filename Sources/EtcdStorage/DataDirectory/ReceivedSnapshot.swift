import CChecksums
import Files
import ProtobufWire

/// A database that the leader sent to a member that was far behind, and that etcd will start from.
///
/// The member keeps it as `<index>.snap.db`, with the raft snapshot `<term>-<index>.snap` beside it, both numbers in 16
/// hexadecimal digits, until it renames it to `db`. A crash in between leaves both databases. When etcd starts, it
/// takes the newest raft snapshot that its log knows; where that is above the consistent index of `db`, it puts
/// `<index>.snap.db` in the place of `db`, and stops when there is no such file.
///
/// Source: etcd-io/etcd `server/storage/backend.go`, `RecoverSnapshotBackend`;
/// `server/etcdserver/api/snap/snapshotter.go`, `LoadNewestAvailable`; `…/snap/db.go`, `DBFilePath`.
public struct ReceivedSnapshot: Hashable, Sendable {
    /// Of the raft snapshot that came with it.
    public var index: UInt64
    /// The consistent index of the older database `db`; nil when there is no `db`.
    public var databaseIndex: UInt64?

    /// The file's name below `member/snap`.
    public var name: String { DataDirectoryName.receivedDatabase(index: self.index) }
}

extension DataDirectoryLayout {
    /// The received database that etcd would start from in the place of `db`.
    ///
    /// - Parameter database: The file `db`, open; nil when there is none.
    /// - Returns: nil when etcd starts from `db`, or does not start.
    /// - Throws: `.file`; `.bolt` or `.badPair` when `db` does not tell how far it has come. A log that is damaged
    ///   counts as far as it can be read.
    func receivedSnapshot(replacing database: EtcdDatabase?) throws(StorageError) -> ReceivedSnapshot? {
        let names = try self.snapshotNames()
        // Most directories have none, and their log is not read here.
        guard names.contains(where: { DataDirectoryName.receivedIndex($0) != nil }) else { return nil }
        var databaseIndex: UInt64?
        if let database { databaseIndex = try StoreFacts.consistentIndex(of: database) ?? 0 }
        guard let newest = try self.newestRaftSnapshot(names, in: self.logEntries()?.summary),
            newest.index > databaseIndex ?? 0
        else { return nil }
        let received = ReceivedSnapshot(index: newest.index, databaseIndex: databaseIndex)
        return names.contains(received.name) ? received : nil
    }

    /// The raft snapshot that etcd begins with: the newest one whose file is sound and that the log knows.
    ///
    /// - Parameter log: What the log says; nil when it is not here, and then each file counts.
    /// - Returns: nil when there is none, and etcd begins with the log's first entry.
    /// - Throws: `.file` when `member/snap` cannot be listed.
    func newestRaftSnapshot(in log: LogSummary?) throws(StorageError) -> RaftPosition? {
        try self.newestRaftSnapshot(self.snapshotNames(), in: log)
    }

    private func newestRaftSnapshot(
        _ names: [String],
        in log: LogSummary?
    ) throws(StorageError) -> RaftPosition? {
        let known = log.map { Set($0.validSnapshots) }
        let positions = names.compactMap(DataDirectoryName.snapshotPosition)
            .sorted { ($0.term, $0.index) > ($1.term, $1.index) }
        for position in positions where known?.contains(position) ?? true {
            let name = DataDirectoryName.snapshot(term: position.term, index: position.index)
            if isSoundSnapFile("\(self.snapshots)/\(name)") { return position }
        }
        return nil
    }

    /// What lies in `member/snap`; nothing when that is no directory.
    private func snapshotNames() throws(StorageError) -> [String] {
        guard isDirectory(path: self.snapshots) else { return [] }
        do {
            return try directoryEntries(path: self.snapshots)
        } catch {
            throw StorageError(.file(error), path: self.snapshots)
        }
    }
}

/// Whether a `.snap` file's checksum is that of its content; etcd passes over others.
///
/// Source: etcd-io/etcd `server/etcdserver/api/snap/snapshotter.go`, `Read`.
private func isSoundSnapFile(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path, locking: .none) else { return false }
    return file.withBytes { bytes in
        var reader = ProtobufReader(0..<bytes.byteCount)
        var checksum: UInt64?
        var data: Range<Int>?
        while let field = try? reader.next(in: bytes) {
            switch field {
            case .varint(number: 1, let value): checksum = value
            case .bytes(number: 2, let range): data = range
            default: break
            }
        }
        guard let checksum, let data, !data.isEmpty else { return false }
        let computed = bytes.extracting(data).withUnsafeBytes {
            registree_crc32c(0, $0.baseAddress, $0.count)
        }
        return UInt64(computed) == checksum
    }
}
