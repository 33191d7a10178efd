import EtcdMessages
import Foundation
import SwiftProtobuf
import TestSupport

/// Requests as several API servers send them: each changes one key if that is as the server last saw it, which it may
/// not be any more.
package struct RegistryLoad {
    private var random: SeededGenerator
    /// The revision of each key as a server last saw it; 0 for one that it knows not to live.
    private var seen: [[String: Int64]] = [[:], [:], [:]]
    /// The revisions as they are.
    private var revisions: [String: Int64] = [:]
    private var leases: [Int64] = []
    private var attached: [Int64: [String]] = [:]
    private var count = 0
    private var compactVersion: Int64 = 0

    package init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
    }

    /// A request, and what to do with its answer.
    package enum Step {
        case change(StoreRequest, server: Int, key: String)
        case grant(StoreRequest, Int64)
        case revoke(StoreRequest, Int64)
        case compactionNote(StoreRequest)
    }

    package mutating func next() -> Step {
        self.count += 1
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<2:
            let id = Int64(self.count) + 0x1000
            return .grant(.leaseGrant(.with { ($0.id, $0.ttl) = (id, 3_600) }), id)
        case 2..<3 where self.leases.count > 1:
            let id = self.leases.removeFirst()
            return .revoke(.leaseRevoke(.with { $0.id = id }), id)
        case 3..<4: return .compactionNote(self.compactionNote())
        case 4..<14: return self.event()
        case 14..<50: return self.renewal()
        default: return self.object()
        }
    }

    /// The key by which API servers agree who compacts; it is compared by its version.
    private mutating func compactionNote() -> StoreRequest {
        let isLate = Int.random(in: 0..<3, using: &self.random) == 0
        let version = isLate ? max(0, self.compactVersion - 1) : self.compactVersion
        return .txn(
            .with { txn in
                txn.compare = [
                    .with {
                        ($0.result, $0.target, $0.key) = (.equal, .version, Data("compact_rev_key".utf8))
                        $0.version = version
                    }
                ]
                txn.success = [.putting("compact_rev_key", Data("\(self.count)".utf8))]
                txn.failure = [.reading("compact_rev_key")]
            }
        )
    }

    private mutating func event() -> Step {
        let key = "/registry/events/shop/e\(self.count)"
        return self.change(key, server: 0, seen: 0, deletes: false, lease: self.leases.last ?? 0)
    }

    private mutating func renewal() -> Step {
        let key = "/registry/leases/kube-node-lease/n\(Int.random(in: 0..<5, using: &self.random))"
        return self.step(on: key, deletes: false)
    }

    private mutating func object() -> Step {
        let key = "/registry/pods/shop/p\(Int.random(in: 0..<60, using: &self.random))"
        return self.step(on: key, deletes: Int.random(in: 0..<4, using: &self.random) == 0)
    }

    /// A change as one of the servers sees the key, now and then by one that has missed the last changes.
    private mutating func step(on key: String, deletes: Bool) -> Step {
        let server = Int.random(in: 0..<self.seen.count, using: &self.random)
        if Int.random(in: 0..<8, using: &self.random) > 0 {
            self.seen[server][key] = self.revisions[key] ?? 0
        }
        let seen = self.seen[server][key] ?? 0
        return self.change(key, server: server, seen: seen, deletes: deletes && seen > 0, lease: 0)
    }

    private func change(_ key: String, server: Int, seen: Int64, deletes: Bool, lease: Int64) -> Step {
        let value = Data("\(key) \(self.count)".utf8)
        let txn = Etcdserverpb_TxnRequest.with { txn in
            txn.compare = [
                .with {
                    ($0.result, $0.target, $0.key) = (.equal, .mod, Data(key.utf8))
                    $0.modRevision = seen
                }
            ]
            txn.success = [deletes ? .deleting(key) : .putting(key, value, lease: lease)]
            // A creation reads nothing when it fails.
            if seen > 0 { txn.failure = [.reading(key)] }
        }
        return .change(.txn(txn), server: server, key: key)
    }

    /// Takes note of an answer.
    package mutating func note(_ answer: StoreAnswer, to step: Step) {
        switch (step, answer) {
        case (.grant(_, let id), .message): self.leases.append(id)
        case (.revoke(_, let id), .message):
            for key in self.attached.removeValue(forKey: id) ?? [] { self.revisions[key] = nil }
        case (.compactionNote, .message(let message as Etcdserverpb_TxnResponse)) where message.succeeded:
            self.compactVersion += 1
        case (.change(let request, let server, let key), .message(let message as Etcdserverpb_TxnResponse))
        where message.succeeded:
            guard case .txn(let txn) = request, let operation = txn.success.first else { return }
            if case .requestPut(let put) = operation.request {
                self.revisions[key] = message.header.revision
                if put.lease != 0 { self.attached[put.lease, default: []].append(key) }
            } else {
                self.revisions[key] = nil
            }
            self.seen[server][key] = self.revisions[key] ?? 0
        default: break
        }
    }
}

extension RegistryLoad.Step {
    package var request: StoreRequest {
        switch self {
        case .change(let request, _, _), .grant(let request, _), .revoke(let request, _),
            .compactionNote(let request):
            request
        }
    }
}

extension Etcdserverpb_RequestOp {
    fileprivate static func putting(_ key: String, _ value: Data, lease: Int64 = 0) -> Self {
        .with { $0.requestPut = .with { ($0.key, $0.value, $0.lease) = (Data(key.utf8), value, lease) } }
    }

    fileprivate static func deleting(_ key: String) -> Self {
        .with { $0.requestDeleteRange = .with { $0.key = Data(key.utf8) } }
    }

    fileprivate static func reading(_ key: String) -> Self {
        .with { $0.requestRange = .with { $0.key = Data(key.utf8) } }
    }
}
