import EtcdMessages
import EtcdRPC
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// `--quota-backend-bytes` and the alarm NOSPACE, of the bundled store and of a real etcd 3.5.
@Suite(.timeLimit(.minutes(60)))
struct QuotaTests {
    private static let noSpace = StoreAnswer.refusal(
        code: .resourceExhausted,
        text: "etcdserver: mvcc: database space exceeded"
    )

    @Test(arguments: AnyStore.allCases)
    func aFullStoreRaisesTheAlarmThatEndsOnlyWhenItIsAskedTo(store: AnyStore) async throws {
        try await store.serve(quotaBackendBytes: 1 << 20) { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let maintenance = Etcdserverpb_Maintenance.Client(wrapping: api.grpc)
                #expect(try await maintenance.alarm(.with { $0.action = .get }).alarms.isEmpty)
                // etcd's file grows when it is written, which may be later: so more than would fit.
                var refused: StoreAnswer?
                for number in 0..<400 where refused == nil {
                    let answer = try await api.answer(.put(.putting("k\(number)", Data(count: 32 << 10))))
                    if case .refusal = answer { refused = answer }
                }
                #expect(refused == Self.noSpace)
                let alarms = try await maintenance.alarm(.with { $0.action = .get }).alarms
                #expect(alarms.map(\.alarm) == [.nospace])

                let put = Etcdserverpb_RequestOp.with { $0.requestPut = .putting("small", Data()) }
                for request in [
                    .put(.putting("small", Data())), .leaseGrant(.with { ($0.id, $0.ttl) = (1, 3600) }),
                    .txn(.with { $0.success = [put] }), .txn(.with { $0.failure = [put] }),
                ] as [StoreRequest] {
                    #expect(try await api.answer(request) == Self.noSpace, "\(request)")
                }
                let delete = Etcdserverpb_RequestOp.with {
                    $0.requestDeleteRange = .with { $0.key = Data([1]) }
                }
                var admitted = [
                    StoreRequest.range(.key("k0")), .deleteRange(.with { $0.key = Data("k0".utf8) }),
                ]
                // The etcd of these tests, 3.5.1, still refuses a transaction that puts nothing.
                if store == .bundled { admitted.append(.txn(.with { $0.success = [delete] })) }
                for request in admitted {
                    guard case .message = try await api.answer(request) else {
                        Issue.record("\(request) is refused")
                        continue
                    }
                }
                let ended = try await maintenance.alarm(
                    .with {
                        ($0.action, $0.alarm) = (.deactivate, .nospace)
                        $0.memberID = alarms.first?.memberID ?? 0
                    }
                )
                #expect(ended.alarms.map(\.alarm) == [.nospace])
                #expect(try await maintenance.alarm(.with { $0.action = .get }).alarms.isEmpty)
                // Nothing became smaller, so the next put raises it again.
                #expect(try await api.answer(.put(.putting("again", Data(count: 1 << 20)))) == Self.noSpace)
                #expect(try await maintenance.alarm(.with { $0.action = .get }).alarms.count == 1)
            }
        }
    }

    @Test(arguments: AnyStore.allCases)
    func operationsAreCountedWithinTransactionsToo(store: AnyStore) async throws {
        try await store.serve { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                for step in Self.countedSteps {
                    let before = try await counts(at: endpoint)
                    _ = try await api.answer(step.request)
                    let after = try await counts(at: endpoint)
                    let difference = zip(after, before).map { $0 - $1 }
                    #expect(difference == step.counts, "\(step.request)")
                }
            }
        }
    }

    /// Requests, and by how much each raises the ranges, puts, deletes and transactions.
    private static var countedSteps: [(request: StoreRequest, counts: [Int])] {
        let put = Etcdserverpb_RequestOp.with { $0.requestPut = .putting("a", Data("1".utf8)) }
        let range = Etcdserverpb_RequestOp.with { $0.requestRange = .key("a") }
        let delete = Etcdserverpb_RequestOp.with { $0.requestDeleteRange = .with { $0.key = Data("a".utf8) } }
        let exists = Etcdserverpb_Compare.with {
            ($0.key, $0.target, $0.result, $0.version) = (Data("a".utf8), .version, .greater, 0)
        }
        let nested = Etcdserverpb_RequestOp.with {
            $0.requestTxn = .with { ($0.compare, $0.success) = ([exists], [range, put]) }
        }
        return [
            (.put(.putting("a", Data())), [0, 1, 0, 0]),
            (.put(.with { ($0.key, $0.prevKv) = (Data("a".utf8), true) }), [1, 1, 0, 1]),
            (.range(.key("a")), [1, 0, 0, 0]),
            (.txn(.with { $0.success = [put] }), [0, 1, 0, 0]),
            (.txn(.with { ($0.compare, $0.success) = ([exists], [put]) }), [1, 1, 0, 0]),
            (
                .txn(.with { ($0.compare, $0.success) = ([exists, exists], [range, put, range]) }),
                [4, 1, 0, 2]
            ),
            (.txn(.with { $0.success = [range, range] }), [2, 0, 0, 1]),
            (.txn(.with { $0.success = [range, nested] }), [3, 1, 0, 1]),
            (.deleteRange(.with { ($0.key, $0.prevKv) = (Data("a".utf8), true) }), [1, 0, 1, 1]),
            (.deleteRange(.with { $0.key = Data("a".utf8) }), [0, 0, 1, 0]),
            (.txn(.with { ($0.compare, $0.failure) = ([exists], [delete, delete]) }), [1, 0, 2, 1]),
        ]
    }
}

/// What `/metrics` says of ranges, puts, deletes and transactions.
private func counts(at endpoint: String) async throws -> [Int] {
    let text = try await RealPrograms.named("curl").succeed(["-sS", "\(endpoint)/metrics"]).output
    return ["range", "put", "delete", "txn"].map { name in
        let start = "etcd_mvcc_\(name)_total "
        let line = text.split(separator: "\n").first { $0.hasPrefix(start) }
        return line.flatMap { Double($0.dropFirst(start.count)) }.map { Int($0) } ?? -1
    }
}
