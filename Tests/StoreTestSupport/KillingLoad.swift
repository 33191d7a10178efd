import EtcdMessages
import EtcdRPC
package import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import TestSupport

/// Random changes that are sent to members until these are killed, and what was confirmed of them.
package final class KillingLoad: Sendable {
    /// A change that etcd has confirmed.
    package struct Confirmed: Sendable {
        /// Of a put; nil for other changes.
        package var key: Data?
        package var revision: Int64
    }

    private let state = Mutex<[Confirmed]>([])
    package let readsNewestAlone: Bool

    /// - Parameter readsNewestAlone: Whether transactions read no earlier revision. Where they do and it is compacted,
    ///   the member that was asked refuses them, and the other ones do what they write: members then differ.
    package init(readsNewestAlone: Bool = false) {
        self.readsNewestAlone = readsNewestAlone
    }

    package var confirmed: [Confirmed] { self.state.withLock { $0 } }

    /// The newest revision that a client was told of.
    package var newestRevision: Int64 { self.confirmed.map(\.revision).max() ?? 1 }

    /// Sends changes to `endpoints` from several clients at once, and calls `kill` once `count` are confirmed.
    ///
    /// - Parameters:
    ///   - endpoints: Of the members.
    ///   - seed: Of the changes.
    ///   - count: How many must be confirmed.
    ///   - changesUsers: Whether users and roles are changed as well.
    ///   - kill: Ends the members.
    /// - Throws: ``ProgramError`` when nothing is confirmed any more.
    package func run(
        against endpoints: [String],
        seed: UInt64,
        killingAfter count: Int,
        changesUsers: Bool,
        _ kill: () -> Void
    ) async throws {
        try await withThrowingTaskGroup { group in
            for (number, endpoint) in (endpoints + endpoints + endpoints).prefix(3).enumerated() {
                group.addTask { await self.change(endpoint, seed: seed &+ UInt64(number)) }
            }
            if changesUsers, let endpoint = endpoints.first {
                group.addTask { await self.changeUsers(endpoint, seed: seed) }
            }
            let deadline = ContinuousClock.now + hangTimeout
            while self.state.withLock({ $0.count }) < count {
                try await Task.sleep(for: .milliseconds(1))
                if ContinuousClock.now > deadline { throw ProgramError("nothing is confirmed any more") }
            }
            kill()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func change(_ endpoint: String, seed: UInt64) async {
        _ = try? await withAnsweringEtcd(at: endpoint) { api in
            var requests = RandomRequests(seed: seed)
            while !Task.isCancelled {
                requests.revision = self.newestRevision
                var request = requests.next()
                switch request {
                case .put, .deleteRange, .compact, .leaseGrant, .leaseRevoke: break
                case .txn(var txn):
                    if self.readsNewestAlone { txn.readNewest() }
                    request = .txn(txn)
                default: continue
                }
                switch try await api.answer(request) {
                case .refusal(let code, _) where code == .unavailable || code == .cancelled: return
                case .refusal: continue
                case .message(let message): self.note(message, of: request)
                }
            }
        }
    }

    private func note(_ answer: Any, of request: StoreRequest) {
        let confirmed: Confirmed
        switch (request, answer) {
        case (.put(let put), let answer as Etcdserverpb_PutResponse):
            confirmed = Confirmed(key: put.key, revision: answer.header.revision)
        case (_, let answer as Etcdserverpb_DeleteRangeResponse):
            confirmed = Confirmed(key: nil, revision: answer.header.revision)
        case (_, let answer as Etcdserverpb_TxnResponse):
            confirmed = Confirmed(key: nil, revision: answer.header.revision)
        default: return
        }
        self.state.withLock { $0.append(confirmed) }
    }

    private func changeUsers(_ endpoint: String, seed: UInt64) async {
        _ = try? await withAnsweringEtcd(at: endpoint) { api in
            let auth = Etcdserverpb_Auth.Client(wrapping: api.grpc)
            var number = 0
            while !Task.isCancelled {
                number += 1
                let name = "n\(number)"
                _ = try await auth.roleAdd(.with { $0.name = name })
                _ = try await auth.userAdd(.with { ($0.name, $0.password) = (name, "canary-\(seed)") })
                _ = try await auth.userGrantRole(.with { ($0.user, $0.role) = (name, name) })
                if number.isMultiple(of: 3) { _ = try await auth.userDelete(.with { $0.name = name }) }
            }
        }
    }
}

extension Etcdserverpb_TxnRequest {
    fileprivate mutating func readNewest() {
        for index in self.success.indices { self.success[index].readNewest() }
        for index in self.failure.indices { self.failure[index].readNewest() }
    }
}

extension Etcdserverpb_RequestOp {
    fileprivate mutating func readNewest() {
        switch self.request {
        case .requestRange: self.requestRange.revision = 0
        case .requestTxn: self.requestTxn.readNewest()
        default: break
        }
    }
}
