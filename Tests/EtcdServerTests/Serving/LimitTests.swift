import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60)))
struct LimitTests {
    @Test func refusesRequestsThatAreTooLargeWithEtcdsWords() async throws {
        try await withServed { served in
            let limit = 3 << 19
            _ = try await served.kv.put(.putting("k", Data(count: limit - 100)))
            await #expect(
                performing: {
                    _ = try await served.kv.put(.putting("k", Data(count: limit)))
                },
                throws: { isRefusal($0, .invalidArgument, "etcdserver: request is too large") }
            )
            let error = await #expect(throws: RPCError.self) {
                _ = try await served.kv.put(.putting("k", Data(count: limit + 600 << 10)))
            }
            #expect(error?.code == .resourceExhausted)
        }
    }

    /// Its answer would be large, and would only be made when it is its turn, after the answer's head has gone.
    @Test func refusesATransactionWithTooManyOperationsBeforeItLooksAtKeys() async throws {
        try await withServed { served in
            _ = try await served.kv.put(.putting("k", Data(count: 3 << 18)))
            _ = try await served.kv.put(.putting("l", Data(count: 3 << 18)))
            let all = Etcdserverpb_RangeRequest.with { ($0.key, $0.rangeEnd) = (Data([0]), Data([0])) }
            let range = Etcdserverpb_RequestOp.with { $0.requestRange = all }
            for count in [128, 129] {
                let transaction = Etcdserverpb_TxnRequest.with {
                    $0.compare = (0..<count).map { _ in .with { $0.key = Data("none".utf8) } }
                    $0.failure = [range]
                }
                let error: RPCError? = try await served.kv.txn(transaction) { response in
                    if case .failure(let error) = response.accepted { error } else { nil }
                }
                #expect(error?.message == (count == 128 ? nil : EtcdError.tooManyOperations.text))
            }
        }
    }

    @Test func readOnlyRefusesEveryWriteAndServesReads() async throws {
        var options = ServerOptions()
        options.isReadOnly = true
        try await withServed(options: options) { served in
            let error = await #expect(throws: RPCError.self) { try await served.put("k", "v") }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message.contains("read-only") == true)
            let count = try await served.kv.range(.key("k")).count
            #expect(count == 0)
            var transaction = Etcdserverpb_TxnRequest()
            var operation = Etcdserverpb_RequestOp()
            operation.requestRange = .key("k")
            transaction.success = [operation]
            let answer = try await served.kv.txn(transaction)
            #expect(answer.succeeded)
        }
    }

    @Test func leasesExpireAndTakeTheirKeysAlong() async throws {
        try await withServed { served in
            let watch = WatchForTests(served)
            watch.create("k", prefix: false)
            _ = await watch.until { $0.created }
            // On a busy machine a lease of a second may run out before the key is there.
            try await eventually("a key has a lease") {
                let lease = try await served.lease.leaseGrant(.with { $0.ttl = 1 })
                do {
                    var put = Etcdserverpb_PutRequest.putting("k", Data("v".utf8))
                    put.lease = lease.id
                    _ = try await served.kv.put(put)
                    return true
                } catch  where isRefusal(error, .notFound, "etcdserver: requested lease not found") {
                    return false
                }
            }
            let events = await watch.until { $0.events.last?.type == .delete }.flatMap(\.events)
            #expect(events.map(\.type) == [.put, .delete])
            #expect(try await served.kv.range(.key("k")).count == 0)
        }
    }

    @Test func answersHealthVersionAndMetricsOnTheSamePort() async throws {
        try await withServed { served in
            func text(_ path: String) async throws -> String {
                let url = "http://127.0.0.1:\(served.port)\(path)"
                return try await RealPrograms.named("curl").succeed(["-s", url]).output
            }
            try await served.put("k", "v")
            #expect(try await text("/health") == #"{"health":"true","reason":""}"#)
            #expect(try await text("/version") == #"{"etcdserver":"3.5.21","etcdcluster":"3.5.0"}"#)
            let metrics = try await text("/metrics")
            #expect(metrics.contains("\netcd_server_has_leader 1\n"))
            #expect(metrics.contains("\netcd_debugging_mvcc_keys_total 1\n"))
            #expect(metrics.contains("\netcd_debugging_mvcc_current_revision 2\n"))
        }
    }
}
