import EtcdMessages
import EtcdRPC
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport

/// A change that a writer was told it made; what a watch should show of it.
struct WrittenEvent: Hashable, Sendable {
    var revision: Int64
    var key: String
    /// Nil for a deletion.
    var value: String?

    init(_ revision: Int64, _ key: some Sequence<UInt8>, _ value: Data?) {
        self.revision = revision
        self.key = String(decoding: Array(key), as: UTF8.self)
        self.value = value.map { String(decoding: $0, as: UTF8.self) }
    }

    init(_ event: Mvccpb_Event) {
        self.init(event.kv.modRevision, event.kv.key, event.type == .delete ? nil : event.kv.value)
    }
}

/// Clients that write at once: single keys, transactions of several, and deletions of ranges.
struct BusyWriters {
    static let prefix = "k/"
    /// The key that is put when all have ended.
    static let lastKey = "k/~"

    var endpoint: String
    var seed: UInt64
    var count = 6
    var writeCount = 50

    /// Writes it all, and then ``lastKey``.
    ///
    /// - Returns: What was written, as the answers say, in order of revision.
    func write() async throws -> [WrittenEvent] {
        try await self.writeAllButTheLast() + [self.writeTheLast()]
    }

    func writeAllButTheLast() async throws -> [WrittenEvent] {
        var events = try await withThrowingTaskGroup(of: [WrittenEvent].self) { group in
            for writer in 0..<self.count {
                group.addTask {
                    try await withAnsweringEtcd(at: self.endpoint) { api in
                        var random = SeededGenerator(seed: self.seed &+ UInt64(writer) &* 0x1_0001)
                        let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
                        var events: [WrittenEvent] = []
                        for number in 0..<self.writeCount {
                            let value = Data("\(writer)-\(number)".utf8)
                            let request = Etcdserverpb_TxnRequest.random(value, &random)
                            events += writtenEvents(request, try await kv.txn(request))
                        }
                        return events
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // Sorting is stable: what one transaction has done stays in its order.
        events.sort { $0.revision < $1.revision }
        return events
    }

    func writeTheLast() async throws -> WrittenEvent {
        try await withAnsweringEtcd(at: self.endpoint) { api in
            let answer = try await Etcdserverpb_KV.Client(wrapping: api.grpc).put(
                .putting(Self.lastKey, Data())
            )
            return WrittenEvent(answer.header.revision, Self.lastKey.utf8, Data())
        }
    }
}

extension Etcdserverpb_TxnRequest {
    /// One to four operations on keys of which each is in one of them only; deletions say what they deleted.
    fileprivate static func random(_ value: Data, _ random: inout SeededGenerator) -> Self {
        if Int.random(in: 0..<8, using: &random) == 0 {
            let digit = Int.random(in: 0..<2, using: &random)
            return .with { $0.success = [.deleting("k/\(digit)", end: "k/\(digit + 1)")] }
        }
        let keys = (0..<20).shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
        return .with { transaction in
            transaction.success = keys.map { key in
                let name = "k/\(String(key, radix: 2))"
                if Int.random(in: 0..<5, using: &random) == 0 { return .deleting(name) }
                return .with {
                    $0.requestPut.key = Data(name.utf8)
                    $0.requestPut.value = value
                }
            }
        }
    }
}

extension Etcdserverpb_RequestOp {
    fileprivate static func deleting(_ key: String, end: String = "") -> Self {
        .with {
            $0.requestDeleteRange.key = Data(key.utf8)
            $0.requestDeleteRange.rangeEnd = Data(end.utf8)
            $0.requestDeleteRange.prevKv = true
        }
    }
}

/// What a transaction has changed, in the order of its operations.
private func writtenEvents(
    _ request: Etcdserverpb_TxnRequest,
    _ response: Etcdserverpb_TxnResponse
) -> [WrittenEvent] {
    zip(request.success, response.responses).flatMap { asked, told -> [WrittenEvent] in
        let revision = response.header.revision
        guard case .requestPut(let put)? = asked.request else {
            return told.responseDeleteRange.prevKvs.map { WrittenEvent(revision, $0.key, nil) }
        }
        return [WrittenEvent(revision, put.key, put.value)]
    }
}
