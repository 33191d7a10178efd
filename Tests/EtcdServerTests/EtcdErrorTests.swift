import EtcdMessages
import EtcdServer
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// What the store refuses, it refuses with the code and the text of a real etcd 3.5.
struct EtcdErrorTests {
    /// Requests to a store in which `a` was put three times, the first two are compacted, and lease 7 is there.
    private static var refused: [(StoreRequest, EtcdError)] {
        var refused: [(StoreRequest, EtcdError)] = []
        func add(_ error: EtcdError, _ request: StoreRequest) { refused.append((request, error)) }
        let key = Data("a".utf8)
        add(.emptyKey, .put(.init()))
        add(.keyNotFound, .put(.with { ($0.key, $0.ignoreValue) = (Data("none".utf8), true) }))
        add(.valueProvided, .put(.with { ($0.key, $0.ignoreValue, $0.value) = (key, true, key) }))
        add(.leaseProvided, .put(.with { ($0.key, $0.ignoreLease, $0.lease) = (key, true, 7) }))
        add(.leaseNotFound, .put(.with { ($0.key, $0.lease) = (key, 404) }))
        add(.requestTooLarge, .put(.putting("a", Data(count: 1_600_000))))
        add(.tooManyOperations, .txn(.with { $0.success = (0..<129).map { putting("k\($0)") } }))
        add(.duplicateKey, .txn(.with { $0.success = [putting("a"), putting("a")] }))
        add(.compacted, .range(.with { ($0.key, $0.revision) = (key, 2) }))
        add(.futureRevision, .range(.with { ($0.key, $0.revision) = (key, 99) }))
        add(.compacted, .compact(.with { $0.revision = 3 }))
        add(.futureRevision, .compact(.with { $0.revision = 99 }))
        add(.leaseNotFound, .leaseRevoke(.with { $0.id = 404 }))
        add(.leaseExists, .leaseGrant(.with { ($0.id, $0.ttl) = (7, 3600) }))
        add(.leaseTTLTooLarge, .leaseGrant(.with { ($0.id, $0.ttl) = (8, 9_000_000_001) }))
        add(.futureRevision, .hashKV(.with { $0.revision = 99 }))
        return refused
    }

    @Test func everyRefusalHasTheCodeAndTheTextOfARealEtcd() async throws {
        try await AnyStore.etcd.serve { etcd in
            try await AnyStore.bundled.serve { bundled in
                for endpoint in [etcd, bundled] {
                    try await withAnsweringEtcd(at: endpoint) { api in
                        for value in ["1", "2", "3"] {
                            _ = try await api.answer(.put(.putting("a", Data(value.utf8))))
                        }
                        _ = try await api.answer(.leaseGrant(.with { ($0.id, $0.ttl) = (7, 3600) }))
                        _ = try await api.answer(.compact(.with { $0.revision = 3 }))
                        for (request, error) in Self.refused {
                            let answer = try await api.answer(request)
                            let refusal = RPCError(error)
                            #expect(
                                answer == .refusal(code: refusal.code, text: refusal.message),
                                "\(request)"
                            )
                        }
                    }
                }
            }
        }
    }
}

private func putting(_ key: String) -> Etcdserverpb_RequestOp {
    .with { $0.requestPut = .putting(key, Data()) }
}
