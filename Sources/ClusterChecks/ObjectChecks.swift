/// Every ``ClusterCheck`` of the objects.
struct ObjectChecks: Sendable {
    private var decoding = DecodingCheck()
    private var encryption = EncryptionCheck()
    private var names = NameCheck()
    private var namespaces = NamespaceCheck()
    private var customResources = CustomResourceCheck()
    private var owners = OwnerCheck()
    private var services = ServiceCheck()
    private var volumes = VolumeCheck()
    private var webhooks = WebhookCheck()
    private var apiServices = APIServiceCheck()
    private var deletions = DeletionCheck()

    mutating func look(at object: CheckedObject) {
        self.decoding.look(at: object)
        self.encryption.look(at: object)
        self.namespaces.look(at: object)
        self.customResources.look(at: object)
        self.owners.look(at: object)
        self.services.look(at: object)
        self.volumes.look(at: object)
        self.webhooks.look(at: object)
        guard object.isDecoded else { return }
        self.names.look(at: object)
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

    /// What each check found, in the order of a report, and the seconds that it took to say.
    func results(_ objects: CheckedObjects) -> [(result: ClusterCheckResult, seconds: Double)] {
        let checks: [any ClusterCheck] = [
            self.decoding, self.encryption, self.names, self.namespaces, self.customResources, self.owners,
            self.services, self.volumes, self.webhooks, self.apiServices, self.deletions,
        ]
        return checks.flatMap { check in
            let began = ContinuousClock.now
            let results = check.results(objects)
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            return results.map { ($0, seconds / Double(results.count)) }
        }
    }
}
