import EtcdClient
import EtcdStorage
import Files

/// A snapshot of kine, which sends none itself: made of the keys that it answers, all at one revision.
///
/// kine keeps no history that it could give, grants leases that are times alone, and has no IDs.
///
/// Source: k3s-io/kine `pkg/server/lease.go` and `pkg/server/maintenance.go`.
struct KineSnapshot {
    /// The snapshot with its digest.
    private let file: MappedFile

    private static let portion = 1 << 20

    /// Reads the keys and writes the snapshot into a file without a name in `directory`.
    ///
    /// - Throws: `EtcdClientError`, `FileError`, `StorageError`; `CancellationError`.
    init(of client: EtcdClient, in directory: String) async throws {
        var spool = try ImageSpool(in: directory)
        var newest: Int64 = 0
        let read = try await client.pagesOfKine(in: .all) { page in
            for live in page {
                newest = max(newest, live.metadata.modRevision)
                try spool.append(key: live.key, value: live.value, live.metadata)
            }
        }
        guard newest <= read.revision else {
            let reason = EtcdClientError.Reason.badAnswer("one of its keys is newer than what was asked for")
            throw EtcdClientError(reason, endpoint: client.endpoint.description)
        }
        let file = try OutputFile(namelessIn: directory)
        _ = try spool.image(at: read.revision).writeSnapshot(to: file)
        self.file = try file.mapped()
    }

    /// Hands out all bytes, with how many that makes so far and in the end.
    func send(_ write: (_ bytes: [UInt8], _ sent: UInt64, _ total: UInt64) throws -> Void) throws {
        let byteCount = self.file.byteCount
        for start in stride(from: 0, to: byteCount, by: Self.portion) {
            try Task.checkCancellation()
            let end = min(start + Self.portion, byteCount)
            let part = self.file.withBytes { $0.extracting(start..<end).withUnsafeBytes { Array($0) } }
            try self.file.checkUnchanged()
            try write(part, UInt64(end), UInt64(byteCount))
        }
    }
}
