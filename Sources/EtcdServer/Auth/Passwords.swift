import CBcrypt
import EtcdStore
import FoundationEssentials
import NIOPosix

/// Makes bcrypt hashes and compares passwords with them, one at a time and on a thread of its own: each takes some
/// 50 ms.
final class Passwords: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let gate = FIFOGate(waitLimit: 100)

    /// etcd's own `--bcrypt-cost`.
    private static let cost = 10
    /// The highest cost of a hash that is checked: each step doubles the time, and 31 would take the thread for a day.
    private static let highestCost = 16
    /// bcrypt reads no more of a password, in bytes.
    private static let longest = 72

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

    /// The hash of a new password, `$2a$10$` and 53 characters of salt and hash.
    ///
    /// - Throws: `.passwordTooLong`, `.passwordWithZero`; `too many requests` when a hundred wait already.
    func hash(_ password: String) async throws -> String {
        if password.utf8.count > Self.longest { throw EtcdError.passwordTooLong }
        if password.utf8.contains(0) { throw EtcdError.passwordWithZero }
        let setting = "$2y$\(Self.cost)$" + salt()
        let hash = try await self.run {
            var hash = [CChar](repeating: 0, count: 61)
            guard registree_bcrypt_hash(password, setting, &hash) else { return "" }
            return String(decoding: hash.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        guard !hash.isEmpty else { throw EtcdError.noBcrypt }
        return hash
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

/// 16 random bytes as bcrypt writes them: base 64 with an alphabet of its own, 22 characters.
private func salt() -> String {
    let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    var random = SystemRandomNumberGenerator()
    var letters = (0..<21).map { _ in alphabet[Int(random.next() & 63)] }
    // The last stands for two bits, the upper ones.
    letters.append(alphabet[Int(random.next() & 3) << 4])
    return String(letters)
}
