import EtcdStorage
import SystemPackage
import TestSupport
import Testing

struct DigestTests {
    @Test func isNotComputedForATaskThatIsCancelled() async throws {
        let database = try EtcdDatabase(path: Repository.fixture("cluster-1.36/with-history.db").string)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try database.computedDigest()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
