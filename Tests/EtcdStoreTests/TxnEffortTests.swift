import EtcdMessages
import EtcdStore
import Foundation
import SwiftProtobuf
import Testing

/// When a transaction is taken for one that gives or reads much.
struct TxnEffortTests {
    private let store = Store(identity: .init(clusterID: 1, memberID: 2, raftTerm: 2))

    /// Fills the store with two directories, of which one alone is not much yet.
    init() throws {
        for key in ["a/1", "b/1"] {
            _ = try store.put(
                .with {
                    $0.key = Data(key.utf8)
                    $0.value = Data(count: 600_000)
                }
            )
        }
    }

    /// The end of the directory.
    private func end(_ directory: String) -> Data { Data((directory + "0").utf8) }

    private func range(_ directory: String, countOnly: Bool = false) -> Etcdserverpb_RequestOp {
        .with {
            $0.requestRange = .with {
                $0.key = Data((directory + "/").utf8)
                $0.rangeEnd = end(directory)
                $0.countOnly = countOnly
            }
        }
    }

    private func deletion(_ directory: String, prevKv: Bool) -> Etcdserverpb_RequestOp {
        .with {
            $0.requestDeleteRange = .with {
                $0.key = Data((directory + "/").utf8)
                $0.rangeEnd = end(directory)
                $0.prevKv = prevKv
            }
        }
    }

    private func nested(_ operation: Etcdserverpb_RequestOp) -> Etcdserverpb_RequestOp {
        .with { $0.requestTxn = .with { $0.failure = [operation] } }
    }

    @Test func operationsAreLargeTogether() {
        let small = [
            [range("a")], [range("a"), range("b", countOnly: true)],
            [range("a"), deletion("b", prevKv: false)], [deletion("a", prevKv: true)],
        ]
        for operations in small {
            #expect(!store.isLarge(.with { $0.success = operations }), "\(operations)")
        }
        let large = [
            [range("a"), range("b")], [range("a"), range("a")], [range("a"), nested(range("b"))],
            [range("a"), deletion("b", prevKv: true)],
            [nested(nested(deletion("a", prevKv: true))), range("b")],
        ]
        for operations in large {
            #expect(store.isLarge(.with { $0.success = operations }), "\(operations)")
        }
    }

    @Test func comparisonsOfRangesCount() {
        var comparison = Etcdserverpb_Compare.with { $0.key = Data("a/1".utf8) }
        let operation = range("b")
        func transaction() -> Etcdserverpb_TxnRequest {
            .with {
                $0.compare = [comparison]
                $0.failure = [operation]
            }
        }
        #expect(!store.isLarge(transaction()))
        comparison.rangeEnd = end("a")
        #expect(store.isLarge(transaction()))
    }
}
