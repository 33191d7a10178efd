public import EtcdMessages
import EtcdStorage
import Synchronization

/// How much a store may hold before it takes no more; reading and deleting go on.
///
/// A request that puts nothing passes however full the store is: so since etcd 3.5.7 and 3.4.20. Those before
/// refuse a transaction that only deletes or reads once the quota is reached.
///
/// Source: etcd-io/etcd `server/etcdserver/quota.go`, pull requests 13435, 14254 and 14884.
public struct StorageQuota: Hashable, Sendable {
    /// In bytes; nil when there is no limit.
    let byteCount: Int64?

    /// No limit.
    public static let none = StorageQuota(backendBytes: -1)

    /// The meaning of etcd's `--quota-backend-bytes`: 0 is its default of 2 GiB, below 0 is no limit.
    public init(backendBytes: Int64) {
        self.byteCount = backendBytes < 0 ? nil : backendBytes == 0 ? 2 << 30 : backendBytes
    }

    /// Whether a request may still be done by a store of `storeByteCount` bytes.
    func admits(_ cost: Int, of storeByteCount: Int) -> Bool {
        guard let byteCount, cost > 0 else { return true }
        return Int64(storeByteCount) + Int64(cost) < byteCount
    }
}

/// A request that takes space, and how much as etcd reckons.
public protocol SpaceTaking {
    /// In bytes; 0 when it takes none.
    var spaceCost: Int { get }
}

extension Etcdserverpb_PutRequest: SpaceTaking {
    public var spaceCost: Int { 256 + self.key.count + self.value.count }
}

extension Etcdserverpb_LeaseGrantRequest: SpaceTaking {
    public var spaceCost: Int { 64 }
}

extension Etcdserverpb_TxnRequest: SpaceTaking {
    /// That of the list of operations that puts more; nested transactions do not count.
    public var spaceCost: Int {
        func cost(_ operations: [Etcdserverpb_RequestOp]) -> Int {
            operations.reduce(0) { sum, operation in
                if case .requestPut(let put) = operation.request { sum + put.spaceCost } else { sum }
            }
        }
        return max(cost(self.success), cost(self.failure))
    }
}

extension Store {
    /// Refuses a request for which there is no space, and raises the alarm that refuses those after it.
    ///
    /// etcd asks this before it looks at the request any further, and only where a client sends it. What is in the
    /// log is applied whatever its size; a member that finds itself too full then raises the alarm, which is a
    /// request of the log like any other.
    ///
    /// - Throws: `.noSpace`.
    public func requireSpace(for request: some SpaceTaking) throws(EtcdError) {
        guard self.quota != .none else { return }
        let isAdmitted = self.state.withLock { state in
            if self.quota.admits(request.spaceCost, of: state.overlay.totalByteCount) { return true }
            state.requests += 1
            state.alarms.raise(Alarms.Alarm(kind: 1, memberID: self.identity.memberID))
            return false
        }
        if !isAdmitted { throw .noSpace }
    }
}
