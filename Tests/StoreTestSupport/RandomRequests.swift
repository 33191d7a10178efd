package import EtcdMessages
package import Foundation
import SwiftProtobuf
package import TestSupport

/// A request to etcd's API of keys, leases and maintenance.
package enum StoreRequest: Sendable {
    case range(Etcdserverpb_RangeRequest)
    case put(Etcdserverpb_PutRequest)
    case deleteRange(Etcdserverpb_DeleteRangeRequest)
    case txn(Etcdserverpb_TxnRequest)
    case compact(Etcdserverpb_CompactionRequest)
    case leaseGrant(Etcdserverpb_LeaseGrantRequest)
    case leaseRevoke(Etcdserverpb_LeaseRevokeRequest)
    case leaseKeepAlive(Etcdserverpb_LeaseKeepAliveRequest)
    case leaseTimeToLive(Etcdserverpb_LeaseTimeToLiveRequest)
    case leaseLeases
    case hashKV(Etcdserverpb_HashKVRequest)
}

/// Random requests that two stores must answer alike; the same seed gives the same requests.
///
/// Leases have IDs of the request's choice and last long, so that chance plays no part. What ends etcd's
/// process is left out: an operation that keeps the value of a key which its own transaction has deleted.
package struct RandomRequests {
    package var random: SeededGenerator
    /// Keys to choose from.
    package let keys: [[UInt8]]
    package let leases: [Int64] = [1, 2, 3, 77, 9_223_372_036_854_775_806]
    /// The newest revision, about, from which revisions are chosen; whoever applies requests keeps it.
    package var revision: Int64 = 1
    /// The share of compactions, in thousandths.
    package var compactions = 10

    package init(seed: UInt64, extraKeys: [[UInt8]] = []) {
        self.random = SeededGenerator(seed: seed)
        var keys: [[UInt8]] = [[0], [0, 0], [0xFF], [0xFF, 0xFF], [0x7F], Array("a".utf8), [0x61, 0]]
        for name in ["ab", "b", "c/1", "c/10", "c/2", "d"] { keys.append(Array(name.utf8)) }
        for number in 0..<24 { keys.append(Array("registry/pods/\(number % 3)/\(number)".utf8)) }
        self.keys = keys + extraKeys
    }

    package mutating func next() -> StoreRequest {
        let compaction = 955 + self.compactions
        switch Int.random(in: 0..<1000, using: &self.random) {
        case ..<300: return .put(self.put(ignoring: true))
        case ..<540: return .range(self.range())
        case ..<630: return .deleteRange(self.deleteRange())
        case ..<850: return .txn(self.txn(depth: 0, keepsValues: self.chance(2)))
        case ..<880: return .leaseGrant(self.grant())
        case ..<895: return .leaseRevoke(.with { $0.id = self.lease() })
        case ..<910: return .leaseKeepAlive(.with { $0.id = self.lease() })
        case ..<935:
            return .leaseTimeToLive(
                .with {
                    $0.id = self.lease()
                    $0.keys = self.chance(2)
                }
            )
        case ..<945: return .leaseLeases
        case ..<955: return .hashKV(.with { $0.revision = self.chance(2) ? 0 : self.someRevision() })
        case ..<compaction:
            return .compact(
                .with {
                    $0.revision = self.chance(8) ? self.someRevision() : max(0, self.revision - 20)
                    $0.physical = true
                }
            )
        default: return .put(self.put(ignoring: false))
        }
    }

    // MARK: Parts

    package mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self.random) == 0 }

    package mutating func key() -> Data {
        if self.chance(200) { return Data() }
        return Data(self.keys.randomElement(using: &self.random) ?? [0])
    }

    package mutating func rangeEnd(after key: Data, open: Bool = true) -> Data {
        switch Int.random(in: 0..<6, using: &self.random) {
        case 0, 1: return Data()
        case 2: return open ? Data([0]) : Data()
        case 3: return Data(self.keys.randomElement(using: &self.random) ?? [0])
        default:
            var end = [UInt8](key.prefix(Int.random(in: 1...9, using: &self.random)))
            guard let last = end.popLast(), last < 0xFF else { return open ? Data([0]) : Data() }
            return Data(end + [last + 1])
        }
    }

    private mutating func value() -> Data {
        let count = self.chance(6) ? 0 : Int.random(in: 1...(self.chance(20) ? 3000 : 8), using: &self.random)
        return Data((0..<count).map { _ in UInt8.random(in: 97...99, using: &self.random) })
    }

    private mutating func lease() -> Int64 {
        self.chance(10) ? 404 : self.leases.randomElement(using: &self.random) ?? 1
    }

    package mutating func someRevision() -> Int64 {
        self.chance(12)
            ? Int64.random(in: -3...3, using: &self.random)
            : Int64.random(in: max(0, self.revision - 40)...self.revision + 2, using: &self.random)
    }

    package mutating func put(ignoring: Bool) -> Etcdserverpb_PutRequest {
        var request = Etcdserverpb_PutRequest()
        request.key = self.key()
        request.value = self.value()
        request.lease = self.chance(4) ? self.lease() : 0
        request.prevKv = self.chance(3)
        if ignoring, self.chance(8) {
            request.ignoreValue = true
            if !self.chance(6) { request.value = Data() }
        }
        if ignoring, self.chance(8) {
            request.ignoreLease = true
            if !self.chance(6) { request.lease = 0 }
        }
        return request
    }

    package mutating func range(sorting: Bool = true) -> Etcdserverpb_RangeRequest {
        var request = Etcdserverpb_RangeRequest()
        request.key = self.key()
        request.rangeEnd = self.rangeEnd(after: request.key)
        if self.chance(3) { request.limit = Int64.random(in: -1...8, using: &self.random) }
        if self.chance(4) { request.revision = self.someRevision() }
        if self.chance(3) {
            request.sortOrder = [.none, .ascend, .descend].randomElement(using: &self.random) ?? .none
        }
        if sorting, self.chance(3) {
            request.sortTarget =
                [.key, .version, .create, .mod, .value].randomElement(using: &self.random) ?? .key
        }
        request.keysOnly = self.chance(5)
        request.countOnly = self.chance(8)
        if self.chance(10) { request.minModRevision = self.someRevision() }
        if self.chance(10) { request.maxModRevision = self.someRevision() }
        if self.chance(10) { request.minCreateRevision = self.someRevision() }
        if self.chance(10) { request.maxCreateRevision = self.someRevision() }
        request.serializable = self.chance(2)
        return request
    }

    package mutating func deleteRange(open: Bool = true) -> Etcdserverpb_DeleteRangeRequest {
        var request = Etcdserverpb_DeleteRangeRequest()
        request.key = self.key()
        // Deleting everything too often would leave little to compare.
        request.rangeEnd =
            self.chance(2) ? Data() : self.rangeEnd(after: request.key, open: open && self.chance(5))
        request.prevKv = self.chance(2)
        return request
    }

    private mutating func grant() -> Etcdserverpb_LeaseGrantRequest {
        var request = Etcdserverpb_LeaseGrantRequest()
        request.id = self.lease()
        request.ttl =
            self.chance(10) ? 9_000_000_001 : Int64.random(in: 100_000...200_000, using: &self.random)
        return request
    }

    /// Compares and does, at times in further transactions within; when its puts may keep values and leases,
    /// its deletions have an end.
    package mutating func txn(depth: Int, keepsValues: Bool) -> Etcdserverpb_TxnRequest {
        var request = Etcdserverpb_TxnRequest()
        let many = depth == 0 && self.chance(100)
        request.compare = (0..<Int.random(in: 0...2, using: &self.random)).map { _ in self.compare() }
        for _ in 0..<Int.random(in: many ? 100...130 : 0...3, using: &self.random) {
            request.success.append(self.operation(depth: depth, keepsValues: keepsValues))
        }
        for _ in 0..<Int.random(in: 0...3, using: &self.random) {
            request.failure.append(self.operation(depth: depth, keepsValues: keepsValues))
        }
        return request
    }

    private mutating func operation(depth: Int, keepsValues: Bool) -> Etcdserverpb_RequestOp {
        var operation = Etcdserverpb_RequestOp()
        switch Int.random(in: 0..<20, using: &self.random) {
        case ..<7: operation.requestRange = self.range(sorting: false)
        case ..<13: operation.requestPut = self.put(ignoring: keepsValues)
        case ..<17: operation.requestDeleteRange = self.deleteRange(open: !keepsValues)
        case ..<19 where depth < 3:
            operation.requestTxn = self.txn(depth: depth + 1, keepsValues: keepsValues)
        case 19 where self.chance(10): break
        default: operation.requestRange = self.range(sorting: false)
        }
        return operation
    }

    private mutating func compare() -> Etcdserverpb_Compare {
        var compare = Etcdserverpb_Compare()
        compare.key = self.key()
        if self.chance(3) { compare.rangeEnd = self.rangeEnd(after: compare.key) }
        compare.result = [.equal, .greater, .less, .notEqual].randomElement(using: &self.random) ?? .equal
        compare.target =
            [.version, .create, .mod, .value, .lease].randomElement(using: &self.random) ?? .version
        // Sometimes the union holds another kind than the target names.
        let kind = self.chance(20) ? .version : compare.target
        switch kind {
        case .version: compare.version = Int64.random(in: 0...3, using: &self.random)
        case .create: compare.createRevision = self.chance(2) ? 0 : self.someRevision()
        case .mod: compare.modRevision = self.chance(2) ? 0 : self.someRevision()
        case .value: compare.value = self.value()
        default: compare.lease = self.chance(2) ? 0 : self.lease()
        }
        return compare
    }
}
