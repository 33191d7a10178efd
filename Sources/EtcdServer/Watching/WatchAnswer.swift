import EtcdMessages
import EtcdStore
import GRPCCore
import SwiftProtobuf

/// A watch response: what is its own, and the events that it shares with those of other watchers.
///
///     field  name
///         1  header
///         2  watch_id
///      3...7 created, canceled, compact_revision, cancel_reason, fragment
///        11  events
///
/// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`.
struct WatchAnswer: Answer {
    /// All fields but the events.
    var head: Etcdserverpb_WatchResponse
    /// Serialised events, one after the other.
    var events: [ArraySlice<UInt8>] = []

    var byteCount: Int { self.events.reduce(Self.headByteCount) { $0 + $1.count } }

    /// About what a head takes.
    private static let headByteCount = 64

    func serialized<Bytes: GRPCContiguousBytes>() throws -> Bytes {
        try requireSendable(self.byteCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.byteCount)
        bytes += try self.head.serializedBytes() as [UInt8]
        for events in self.events { bytes += events }
        return Bytes(bytes)
    }
}

extension WatchAnswer {
    /// Cuts the answer with the events of `batches` into several of which each stays below a size.
    ///
    /// All but the last say that more of the same follows. One event is never cut, however large.
    ///
    /// - Parameters:
    ///   - batches: Where the events are.
    ///   - limit: What a message may have, in bytes.
    /// - Returns: The parts, in order; the whole when it is small.
    func fragments(_ batches: [EventBatch], limit: Int) -> [WatchAnswer] {
        var fragments: [WatchAnswer] = []
        var current = self
        for batch in batches {
            var start = 0
            var end = 0
            for next in batch.ends {
                if current.byteCount + next - start >= limit, end > start || !current.events.isEmpty {
                    if end > start { current.events.append(batch.bytes[start..<end]) }
                    current.head.fragment = true
                    fragments.append(current)
                    current = self
                    start = end
                }
                end = next
            }
            if end > start { current.events.append(batch.bytes[start..<end]) }
        }
        return fragments + [current]
    }
}
