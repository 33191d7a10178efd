import Crypto
import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import Foundation
import GRPCCore
import Logging
import Synchronization

/// A snapshot in a file that has no name, and how much of it has been sent.
private final class SpooledSnapshot: Sendable {
    /// Length of the database, in bytes.
    let byteCount: Int
    /// The store's revision in it.
    let revision: Int64
    let file: MappedFile
    let sent = Atomic(0)

    init(_ written: (byteCount: Int, revision: Int64), in file: MappedFile) {
        self.byteCount = written.byteCount
        self.revision = written.revision
        self.file = file
    }
}

extension ServedStore {
    /// Bytes of the snapshot in a message.
    private static let chunkByteCount = 64 << 10

    /// Writes a snapshot to a file without a name, then sends it.
    ///
    /// The database goes in chunks, which are hashed as they go, and its SHA-256 as the last message. The client's
    /// pace keeps nothing in memory, but the file on the disk: a client that reads nothing while others wait for a
    /// snapshot is ended.
    ///
    /// - Throws: `too many requests` when many wait already; why the snapshot cannot be written, or read back.
    func sendSnapshot(_ writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>) async throws {
        try await self.longWork.snapshots.run {
            let snapshot = try await self.longWork.scan { try self.spooledSnapshot() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.send(snapshot, to: writer) }
                group.addTask { try await self.waitUntilStalled(snapshot) }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private func spooledSnapshot() throws -> SpooledSnapshot {
        let directory = self.options.spoolDirectory
        do {
            try FreeSpace.require(UInt64(clamping: self.store.status.databaseByteCount), in: directory)
        } catch {
            self.log.warning("no room for a snapshot", metadata: ["error": "\(error)"])
            throw RPCError(code: .resourceExhausted, message: "etcdserver: no room for a snapshot: \(error)")
        }
        let spool = try OutputFile(namelessIn: directory)
        let written: (byteCount: Int, revision: Int64)
        do throws(StorageError) {
            written = try self.store.writeDatabase(to: spool)
        } catch {
            throw error.path == directory ? error : EtcdError(error)
        }
        return SpooledSnapshot(written, in: try spool.mapped())
    }

    private func send(
        _ snapshot: SpooledSnapshot,
        to writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>
    ) async throws {
        let total = snapshot.byteCount
        let version = self.store.status.storageVersion
        func message(_ blob: Data, remaining: Int) -> MessageAnswer<Etcdserverpb_SnapshotResponse> {
            var response = Etcdserverpb_SnapshotResponse()
            response.remainingBytes = UInt64(remaining)
            response.blob = blob
            response.version = version
            return MessageAnswer(message: response)
        }
        self.log.info("sending a snapshot", metadata: ["bytes": "\(total)"])
        var hasher = SHA256()
        var sent = 0
        while sent < total {
            let chunk = sent..<min(total, sent + Self.chunkByteCount)
            sent = chunk.upperBound
            let blob = snapshot.file.withBytes { bytes in
                bytes.extracting(chunk).withUnsafeBytes { bytes in
                    hasher.update(bufferPointer: bytes)
                    return Data(bytes)
                }
            }
            try await writer.write(message(blob, remaining: total - sent))
            snapshot.sent.store(sent, ordering: .relaxed)
        }
        try self.requireRead(snapshot.file)
        try await writer.write(message(Data(hasher.finalize()), remaining: 0))
        let facts: Logger.Metadata = ["bytes": "\(total)", "revision": "\(snapshot.revision)"]
        self.log.info("snapshot sent", metadata: facts)
    }

    /// Refuses to vouch for a file of which the disk did not give all bytes: they were sent as zeros.
    private func requireRead(_ file: MappedFile) throws {
        do {
            try file.checkUnchanged()
        } catch {
            self.log.error("a snapshot cannot be read back", metadata: ["error": "\(error)"])
            throw RPCError(code: .dataLoss, message: "etcdserver: the snapshot cannot be read back")
        }
    }

    /// Returns never; throws when others wait and the client has read nothing for a while.
    private func waitUntilStalled(_ snapshot: SpooledSnapshot) async throws {
        var sentBefore = -1
        while true {
            let sent = snapshot.sent.load(ordering: .relaxed)
            if sent == sentBefore, self.longWork.snapshots.waitingCount > 0 {
                self.log.warning("snapshot ended: its client reads nothing", metadata: ["bytes": "\(sent)"])
                throw RPCError(
                    code: .aborted,
                    message: "etcdserver: nothing of the snapshot was read while others waited for one"
                )
            }
            sentBefore = sent
            try await Task.sleep(for: self.options.snapshotStallTime)
        }
    }
}
