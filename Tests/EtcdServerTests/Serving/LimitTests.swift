import EtcdMessages
import EtcdRPC
import EtcdServer
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
