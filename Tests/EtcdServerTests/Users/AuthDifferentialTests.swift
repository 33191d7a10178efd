import EtcdMessages
import EtcdServer
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// The same random calls about users, roles, permissions and keys, by the same users with their tokens, for
/// the bundled store and for a real etcd 3.5.
///
/// `REGISTREE_RANDOM_REQUESTS` sets their number and `REGISTREE_SEED` the seed. ``RandomAuthSteps`` names
/// what is left out, for etcd 3.5.1 checks less there than later releases.
@Suite(.timeLimit(.minutes(60)))
struct AuthDifferentialTests {
    @Test func enforcesAndChangesUsersAsEtcd() async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = ["--unsafe-no-fsync", "--bcrypt-cost", "4"]
            try await withRealEtcd(plan) { etcd in
                let endpoint = etcd.endpoint
                try await withServed { served in
                    try await withAnsweringEtcd(at: endpoint) { real in
                        try await withAnsweringEtcd(at: "http://127.0.0.1:\(served.port)") { bundled in
                            try await compare(AuthClient(bundled), AuthClient(real))
                        }
                    }
                }
            }
        }
    }
}

private let count =
    ProcessInfo.processInfo.environment["REGISTREE_RANDOM_REQUESTS"].flatMap { Int($0) } ?? 500

private func compare<Transport>(
    _ bundled: AuthClient<Transport>,
    _ real: AuthClient<Transport>
) async throws {
    let seed = TestSeed.draw(for: "users and roles")
    let start = ContinuousClock.now
    var steps = RandomAuthSteps(seed: seed)
    var counts: [String: (all: Int, refused: Int)] = [:]
    /// - Returns: Whether both answer alike.
    func agree(on step: AuthStep, _ number: Int) async throws -> Bool {
        async let theirs = real.take(step)
        let ours = try await bundled.take(step)
        guard try await theirs == ours else {
            Issue.record(
                """
                REGISTREE_SEED=\(seed), step \(number): \(step)
                bundled store: \(ours)
                etcd: \(try await theirs)
                """
            )
            return false
        }
        counts[step.kind, default: (0, 0)].all += 1
        if case .message = ours {
            steps.note(step.call)
        } else {
            counts[step.kind, default: (0, 0)].refused += 1
        }
        return true
    }
    for number in 0..<count {
        if number % 60 == 40 {
            let lease = Etcdserverpb_LeaseGrantRequest.with { ($0.id, $0.ttl) = (7, 3600) }
            let step = AuthStep(sender: .user("root"), call: .store(.leaseGrant(lease)))
            // Without a token etcd grants a lease; the bundled store does not.
            if await real.hasToken(of: "root"), try await !agree(on: step, number) { return }
        }
        guard try await agree(on: steps.next(), number) else { return }
    }
    for step in steps.questions { guard try await agree(on: step, count) else { return } }
    let kinds = counts.sorted { $0.key < $1.key }.map {
        "\($0.key) \($0.value.all) (\($0.value.refused) refused)"
    }
    print("\(count) steps in \(ContinuousClock.now - start): \(kinds.joined(separator: ", "))")
}
