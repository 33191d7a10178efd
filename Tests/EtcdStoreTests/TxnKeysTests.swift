import EtcdMessages
import EtcdStorage
import EtcdStore
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// Which transactions are refused because they write a key twice, against a plain way to say it.
struct TxnKeysTests {
    @Test func refusesWhatWritesAKeyTwiceHoweverItIsNested() throws {
        let seed = TestSeed.draw(for: "keys of transactions")
        var random = SeededGenerator(seed: seed)
        var refusals = 0
        for number in 0..<3000 {
            let request = txn(depth: 0, using: &random)
            let isRefused = WrittenOnce(request.success) == nil || WrittenOnce(request.failure) == nil
            var refusal: EtcdError?
            do throws(EtcdError) {
                try request.check()
            } catch {
                refusal = error
            }
            #expect(
                refusal == (isRefused ? .duplicateKey : nil),
                "REGISTREE_SEED=\(seed), \(number): \(request)"
            )
            if isRefused { refusals += 1 }
        }
        #expect(refusals > 300 && refusals < 2700, "REGISTREE_SEED=\(seed)")
    }

    private func txn(depth: Int, using random: inout SeededGenerator) -> Etcdserverpb_TxnRequest {
        var request = Etcdserverpb_TxnRequest()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            request.success.append(operation(depth: depth, using: &random))
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            request.failure.append(operation(depth: depth, using: &random))
        }
        return request
    }

    private func operation(depth: Int, using random: inout SeededGenerator) -> Etcdserverpb_RequestOp {
        let key = self.key(using: &random)
        let end = self.key(using: &random)
        let choice = Int.random(in: 0..<6, using: &random)
        var operation = Etcdserverpb_RequestOp()
        switch choice {
        case 0 where depth < 3, 1 where depth < 3:
            operation.requestTxn = txn(depth: depth + 1, using: &random)
        case 2: operation.requestDeleteRange = .with { $0.key = key }
        case 3:
            operation.requestDeleteRange = .with {
                $0.key = key
                // Now and then below the key, or without an end.
                $0.rangeEnd = end.count == 3 ? Data([0]) : end
            }
        default: operation.requestPut = .with { $0.key = key }
        }
        return operation
    }

    private func key(using random: inout SeededGenerator) -> Data {
        Data(
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                UInt8.random(in: 0x61...0x64, using: &random)
            }
        )
    }
}

/// What a list of operations writes when it writes nothing twice.
private struct WrittenOnce {
    private var puts: Set<Data> = []
    private var deletions: [KeyRange] = []

    /// nil when a key is written twice.
    init?(_ operations: [Etcdserverpb_RequestOp]) {
        for case .requestDeleteRange(let request) in operations.map(\.request) {
            self.deletions.append(KeyRange(key: request.key, rangeEnd: request.rangeEnd))
        }
        for case .requestTxn(let request) in operations.map(\.request) {
            guard let success = Self(request.success), let failure = Self(request.failure) else { return nil }
            // Only one of the two lists is done.
            for key in success.puts.union(failure.puts) { guard self.put(key) else { return nil } }
            self.deletions += success.deletions + failure.deletions
        }
        for case .requestPut(let request) in operations.map(\.request) {
            guard self.put(request.key) else { return nil }
        }
    }

    /// Whether nothing has written the key before.
    private mutating func put(_ key: Data) -> Bool {
        let bytes = [UInt8](key)
        let isDeleted = self.deletions.contains { $0.end != .none && $0.contains(bytes.span.bytes) }
        return self.puts.insert(key).inserted && !isDeleted
    }
}
