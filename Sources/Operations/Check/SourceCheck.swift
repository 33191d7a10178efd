import Bolt
public import ClusterChecks
import EtcdClient
public import EtcdStorage
import EtcdStore
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
        let (alarms, byteCount) = try await self.source.source.storeState()
        let run = FindingRun(registry, decryption: self.decryption, self.conditions)
        return (try await run.run(alarms: alarms, byteCount: byteCount), registry.keyspace)
    }
}

extension Source {
    /// The alarms that are raised, and the length of the database as etcd measures it by its quota; of kine, which has
    /// neither, none and nil.
    ///
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    fileprivate func storeState() async throws -> (alarms: [Alarm.Kind], byteCount: Int?) {
        switch self {
        case .database(let database):
            let alarms = try StoreFacts(reading: database).alarms
            return (alarms.map(\.kind), database.bolt.databaseByteCount)
        case .member(let member):
            return (member.store.alarms.map(\.kind), member.database.bolt.databaseByteCount)
        case .kine: return ([], nil)
        case .live(let live):
            let status = try await live.status()
            let byteCount = status.isKine ? nil : Int(clamping: status.databaseSize)
            return (status.alarms.map { Alarm.Kind($0.alarm) }, byteCount)
        }
    }
}

extension Alarm.Kind {
    fileprivate init(_ alarm: MemberStatus.Alarm) {
        self =
            switch alarm {
            case .outOfSpace: .noSpace
            case .corrupt: .corrupt
            }
    }
}
