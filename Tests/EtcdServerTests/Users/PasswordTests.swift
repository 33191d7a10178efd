import EtcdStore
import Testing

@testable import EtcdServer

struct PasswordTests {
    private let passwords = Passwords()

    /// A snapshot may name any cost; each step doubles the time that a check takes.
    @Test(arguments: ["$2a$17$", "$2b$17$", "$2y$17$"])
    func aHashThatWouldTakeLongToCheckIsRefused(head: String) async throws {
        let hash = head + String(repeating: "a", count: 53)
        await #expect(throws: EtcdError.passwordTooCostly) { try await passwords.check("secret", hash) }
    }

    @Test func aPasswordIsKnownByItsHash() async throws {
        let hash = try await passwords.hash("secret")
        #expect(hash.hasPrefix("$2a$10$"))
        #expect(try await passwords.check("secret", hash))
        #expect(try await !passwords.check("another", hash))
        #expect(try await !passwords.check("secret", "no hash"))
    }
}
