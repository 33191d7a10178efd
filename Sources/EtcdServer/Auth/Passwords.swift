import CBcrypt
import EtcdStore
import FoundationEssentials
import NIOPosix

/// Makes bcrypt hashes and compares passwords with them, one at a time and on a thread of its own: each takes some
/// 50 ms.
final class Passwords: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let gate = FIFOGate(waitLimit: 100)

    /// The highest cost of a hash that is checked: each step doubles the time, and 31 would take the thread for a day.
    private static let highestCost = 16

    init() {
        self.thread.start()
    }

    deinit {
        self.thread.shutdownGracefully { _ in }
    }

    /// - Throws: `.passwordTooCostly`; `too many requests` when a hundred wait already.
    func check(_ password: String, _ hash: String) async throws -> Bool {
        if let cost = bcryptCost(of: hash), cost > Self.highestCost { throw EtcdError.passwordTooCostly }
        // C would read the part before the zero alone.
        guard !password.utf8.contains(0), !hash.utf8.contains(0) else { return false }
        return try await self.run { registree_bcrypt_verify(password, hash) }
    }

    /// The hash of a new password, see ``Bcrypt/hash(_:)``.
    ///
    /// - Throws: `.passwordTooLong`, `.passwordWithZero`; `too many requests` when a hundred wait already.
    func hash(_ password: String) async throws -> String {
        try await self.run { Result { () throws(EtcdError) in try Bcrypt.hash(password) } }.get()
    }

    private func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async throws -> Result {
        try await self.gate.run { try await self.thread.runIfActive(body) }
    }
}

/// The cost that a bcrypt hash names, such as 10 in `$2a$10$…`; nil when it names none.
private func bcryptCost(of hash: String) -> Int? {
    let fields = hash.split(separator: "$", maxSplits: 2)
    return fields.count > 1 ? Int(fields[1]) : nil
}
