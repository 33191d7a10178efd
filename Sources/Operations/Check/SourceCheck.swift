import Bolt
public import ClusterChecks
public import EtcdStorage
public import KubernetesCodec
import KubernetesRegistry

/// Looks for what is wrong with the objects of a source, and with the store itself.
public struct SourceCheck: Sendable {
    private let source: RegistrySource
    private let decryption: Decryption?
    private let conditions: FindingConditions

    public init(_ source: RegistrySource, decryption: Decryption?, _ conditions: FindingConditions) {
        self.source = source
        self.decryption = decryption
        self.conditions = conditions
    }

    /// - Returns: What each check found, and the keys that were read.
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func run() async throws -> (findings: [CheckFindings], keyspace: Keyspace) {
        let registry = try await self.source.registry()
        var facts: StoreFacts?
        var byteCount: Int?
        if case .database(let database) = self.source.source {
            facts = try StoreFacts(reading: database)
            byteCount = database.bolt.byteCount
        }
        let run = FindingRun(registry, decryption: self.decryption, self.conditions)
        return (try await run.run(facts: facts, byteCount: byteCount), registry.keyspace)
    }
}
