import EtcdMessages
import EtcdRPC
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import Synchronization

/// Compacts up to the newest revision, again and again.
final class Compactor: Sendable {
    private let isStopped = Atomic(false)
    private let newest = Atomic(Int64(1))

    /// The revision that it compacted last.
    var revision: Int64 { self.newest.load(ordering: .relaxed) }

    func stop() {
        self.isStopped.store(true, ordering: .relaxed)
    }

    /// - Returns: How often it compacted before it was stopped.
    func run(at endpoint: String, from start: StartingLine? = nil) async throws -> Int {
        try await withAnsweringEtcd(at: endpoint) { api in
            let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
            var (last, count) = (Int64(1), 0)
            _ = try await kv.range(.key("k"))
            await start?.wait()
            while !self.isStopped.load(ordering: .relaxed) {
                let newest = try await kv.range(.key("k")).header.revision
                guard newest > last else { continue }
                _ = try await kv.compact(.with { $0.revision = newest })
                (last, count) = (newest, count + 1)
                self.newest.store(newest, ordering: .relaxed)
            }
            return count
        }
    }
}
