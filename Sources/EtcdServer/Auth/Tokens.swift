import EtcdStore
import NIOCore
import Synchronization

/// Tokens of users who have shown a password; each ends when it was not used for ``lifetime``.
final class Tokens: Sendable {
    private struct Owner {
        var user: AuthName
        var end: NIODeadline
    }

    /// etcd's simple tokens live as long.
    static let lifetime = TimeAmount.seconds(300)
    /// When there are more, the oldest ends.
    static let limit = 10_000

    private let owners = Mutex<[String: Owner]>([:])

    func make(for user: AuthName, now: NIODeadline) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        var random = SystemRandomNumberGenerator()
        let token = String((0..<24).compactMap { _ in letters.randomElement(using: &random) })
        self.owners.withLock { owners in
            if owners.count >= Self.limit {
                owners = owners.filter { $0.value.end > now }
                if owners.count >= Self.limit, let oldest = owners.min(by: { $0.value.end < $1.value.end }) {
                    owners[oldest.key] = nil
                }
            }
            owners[token] = Owner(user: user, end: now + Self.lifetime)
        }
        return token
    }

    /// Whose token it is; its lifetime begins again.
    func user(of token: String, now: NIODeadline) -> AuthName? {
        self.owners.withLock { owners in
            guard let owner = owners[token] else { return nil }
            guard owner.end > now else {
                owners[token] = nil
                return nil
            }
            owners[token]?.end = now + Self.lifetime
            return owner.user
        }
    }

    /// Ends all tokens of a user.
    func remove(of user: AuthName) {
        self.owners.withLock { owners in owners = owners.filter { $0.value.user != user } }
    }

    func removeAll() {
        self.owners.withLock { $0 = [:] }
    }
}
