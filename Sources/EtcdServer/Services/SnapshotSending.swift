import EtcdMessages
import Files
import Foundation
import GRPCCore

extension ServedStore {
    /// Bytes of the snapshot in a message.
    private static let chunkByteCount = 64 << 10

    /// Writes a snapshot to a file without a name, then sends it.
    ///
    /// The database goes in chunks, its SHA-256 as the last message. The client's pace keeps nothing in memory.
    func sendSnapshot(_ writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>) async throws {
        let spool = try OutputFile(namelessIn: self.options.spoolDirectory)
        let snapshot = try self.store.writeSnapshot(to: spool)
        let file = try spool.mapped()
        self.log(.info, "sending a snapshot", ["bytes": "\(snapshot.databaseByteCount)"])
        let total = snapshot.databaseByteCount
        var sent = 0
        while sent < total {
            let chunk = sent..<min(total, sent + Self.chunkByteCount)
            sent = chunk.upperBound
            let blob = file.withBytes { bytes in bytes.extracting(chunk).withUnsafeBytes { Data($0) } }
            try await self.send(blob, remaining: total - sent, to: writer)
        }
        try await self.send(Data(snapshot.digest), remaining: 0, to: writer)
        self.log(.info, "snapshot sent", ["bytes": "\(total)", "revision": "\(snapshot.revision)"])
    }

    private func send(
        _ blob: Data,
        remaining: Int,
        to writer: RPCWriter<MessageAnswer<Etcdserverpb_SnapshotResponse>>
    ) async throws {
        var response = Etcdserverpb_SnapshotResponse()
        response.remainingBytes = UInt64(remaining)
        response.blob = blob
        response.version = self.store.status.storageVersion
        try await writer.write(MessageAnswer(message: response))
    }
}
