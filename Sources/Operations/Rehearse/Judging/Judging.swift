import EtcdStorage
import Foundation
import KubernetesCodec
import KubernetesRegistry

/// One thing that Kubernetes would find odd: looks at every object once, and says then what came of it.
///
/// Objects are looked at in runs, side by side, each run with a judge of its own; then the judges are added up in
/// the order of the runs.
protocol Judge: Sendable {
    init()
    mutating func look(at object: JudgedObject)
    mutating func add(_ other: Self)
    /// What came of it; nothing when there was nothing to judge.
    func checks() -> [RehearsalCheck]
}

/// All judges.
struct Judges: Sendable {
    private var decoding = DecodingJudge()
    private var encryption = EncryptionJudge()
    private var names = NameJudge()
    private var namespaces = NamespaceJudge()
    private var customResources = CustomResourceJudge()
    private var owners = OwnerJudge()
    private var services = ServiceJudge()
    private var volumes = VolumeJudge()
    private var webhooks = WebhookJudge()
    private var apiServices = APIServiceJudge()
    private var deletions = DeletionJudge()

    mutating func look(at object: JudgedObject) {
        self.decoding.look(at: object)
        self.encryption.look(at: object)
        self.namespaces.look(at: object)
        self.customResources.look(at: object)
        self.owners.look(at: object)
        guard object.isDecoded else { return }
        self.names.look(at: object)
        self.services.look(at: object)
        self.volumes.look(at: object)
        self.webhooks.look(at: object)
        self.apiServices.look(at: object)
        self.deletions.look(at: object)
    }

    mutating func add(_ other: Self) {
        self.decoding.add(other.decoding)
        self.encryption.add(other.encryption)
        self.names.add(other.names)
        self.namespaces.add(other.namespaces)
        self.customResources.add(other.customResources)
        self.owners.add(other.owners)
        self.services.add(other.services)
        self.volumes.add(other.volumes)
        self.webhooks.add(other.webhooks)
        self.apiServices.add(other.apiServices)
        self.deletions.add(other.deletions)
    }

    /// What came of everything; the first judgment's time is that of reading all objects.
    func checks() -> [RehearsalCheck] {
        let judges: [any Judge] = [
            self.decoding, self.encryption, self.names, self.namespaces, self.customResources, self.owners,
            self.services, self.volumes, self.webhooks, self.apiServices, self.deletions,
        ]
        return judges.flatMap { judge in
            let began = ContinuousClock.now
            var checks = judge.checks()
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            for index in checks.indices { checks[index].seconds = seconds / Double(checks.count) }
            return checks
        }
    }
}

/// Shows all objects of a registry to the judges.
struct Judging: Sendable {
    let registry: Registry
    let decryption: Decryption?

    /// Reads every object, on all processors.
    ///
    /// - Parameter progress: Called with the number of objects that are done.
    /// - Returns: A check for each thing that was judged.
    /// - Throws: `StorageError` for a damaged record.
    func run(progress: (Int) -> Void = { _ in }) async throws -> [RehearsalCheck] {
        let began = ContinuousClock.now
        let objects = self.registry.objects(of: self.registry.resources.filter(\.isOfKubernetes))
        guard !objects.isEmpty else {
            return [RehearsalCheck("objects", .notJudged, "there are no objects of Kubernetes in it")]
        }
        var judges = Judges()
        var count = 0
        let runs = objects.runs(ofByteCount: 512 << 10)
        let judging = self
        try await inOrder(runs, width: ProcessInfo.processInfo.activeProcessorCount) { run in
            (try judging.judges(of: run), run.count)
        } take: { run in
            judges.add(run.0)
            count += run.1
            progress(count)
        }
        try self.registry.keyspace.checkUnchanged()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        var checks = judges.checks()
        checks[0].seconds += seconds
        return checks
    }

    private func judges(of objects: ArraySlice<StoredObject>) throws -> Judges {
        var judges = Judges()
        var reader = ObjectReader(of: self.registry, decryption: self.decryption, hidesManagedFields: true)
        for object in objects {
            guard let resource = self.registry.resource(of: object) else { continue }
            let read = try reader.read(object)
            judges.look(
                at: JudgedObject(
                    resource: resource,
                    namespace: self.registry.namespace(of: object),
                    name: self.registry.name(of: object),
                    read: read,
                    root: reader.document.root
                )
            )
        }
        return judges
    }
}

extension Resource {
    /// Whether what lies there is an object that an API server decodes.
    fileprivate var isOfKubernetes: Bool {
        switch self.origin {
        case .otherKeys: false
        case .bookkeeping: !self.kind.isEmpty
        case .usual, .definition, .customKeys, .rare: true
        }
    }
}
