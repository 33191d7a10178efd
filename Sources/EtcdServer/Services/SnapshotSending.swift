import Crypto
import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import FoundationEssentials
import GRPCCore
import Logging
import Synchronization

/// A snapshot in a mapped file, and how much of it has been sent.
private final class ReadySnapshot: Sendable {
    /// Length of the database, in bytes.
    let byteCount: Int
    /// The store's revision in it.
    let revision: Int64
    let file: MappedFile
    /// Gives the SHA-256 of the database; nil when it is worked out of what is sent.
    let digest: (@Sendable () async throws -> [UInt8])?
    let sent = Atomic(0)

    init(
        byteCount: Int,
        revision: Int64,
        in file: MappedFile,
        digest: (@Sendable () async throws -> [UInt8])? = nil
    ) {
        self.byteCount = byteCount
        self.revision = revision
        self.file = file
        self.digest = digest
    }
}

extension ServedStore {
    /// Bytes of the snapshot in a message.
    private static let chunkByteCount = 64 << 10

    /// Writes a snapshot to a file without a name, then sends it; an unchanged source that this program wrote is sent
    /// as it is.
    ///
    /// The database goes in chunks, which are hashed as they go unless their SHA-256 is known, and the SHA-256 as the
    /// last message. The client's pace keeps nothing in memory, but the file on the disk: a client that reads nothing
    /// while others wait for a snapshot is ended.
    ///
    /// - Throws: `too many requests` when many wait already; why the snapshot cannot be written, or read back.
    func sendSnapshot(_ writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>) async throws {
        try await self.longWork.snapshots.run {
            let snapshot =
                if let source = self.sourceAsSnapshot {
                    source
                } else {
                    try await self.longWork.scan { try self.spooledSnapshot() }
                }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.send(snapshot, to: writer) }
                group.addTask { try await self.waitUntilStalled(snapshot) }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// The source, where it is known to be what would be written.
    private var sourceAsSnapshot: ReadySnapshot? {
        guard let digest = self.options.sourceDigest, let source = self.store.unchangedSource else {
            return nil
        }
        return ReadySnapshot(
            byteCount: source.byteCount,
            revision: source.revision,
            in: source.file,
            digest: digest
        )
    }

    private func spooledSnapshot() throws -> ReadySnapshot {
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
        return ReadySnapshot(
            byteCount: written.byteCount,
            revision: written.revision,
            in: try spool.mapped()
        )
    }

    private func send(
        _ snapshot: ReadySnapshot,
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
        let isHashed = snapshot.digest == nil
        var hasher = SHA256()
        var sent = 0
        while sent < total {
            let chunk = sent..<min(total, sent + Self.chunkByteCount)
            sent = chunk.upperBound
            let blob = snapshot.file.withBytes { bytes in
                bytes.extracting(chunk).withUnsafeBytes { bytes in
                    if isHashed { hasher.update(bufferPointer: bytes) }
                    return Data(bytes)
                }
            }
            try await writer.write(message(blob, remaining: total - sent))
            snapshot.sent.store(sent, ordering: .relaxed)
        }
        try self.requireRead(snapshot.file)
        let digest = try await snapshot.digest?() ?? Array(hasher.finalize())
        try await writer.write(message(Data(digest), remaining: 0))
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
    private func waitUntilStalled(_ snapshot: ReadySnapshot) async throws {
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
