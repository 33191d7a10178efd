public import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// Shows every object of a registry to all checks, and tells what they find one by one.
public struct FindingRun: Sendable {
    private let registry: Registry
    private let decryption: Decryption?
    private let conditions: FindingConditions

    /// - Parameters:
    ///   - registry: Whose objects are checked.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    ///   - conditions: What findings are measured by.
    public init(_ registry: Registry, decryption: Decryption?, _ conditions: FindingConditions) {
        self.registry = registry
        self.decryption = decryption
        self.conditions = conditions
    }

    /// Reads every object, on all processors.
    ///
    /// - Parameters:
    ///   - alarms: Those that are raised.
    ///   - byteCount: Length of the database; nil when that is not known.
    /// - Returns: What each check found, also of those that found nothing.
    /// - Throws: `StorageError` for a damaged record.
    public func run(alarms: [Alarm.Kind], byteCount: Int?) async throws -> [CheckFindings] {
        let objects = self.registry.objectsOfKubernetes
        let checks = try await self.registry.look(
            at: objects,
            with: FindingChecks(),
            decryption: self.decryption
        ) { checks, object in
            checks.look(at: object)
        } add: { checks, ofChunk in
            checks.add(ofChunk)
        }
        let all = CheckedObjects(
            registry: self.registry,
            objects: objects,
            hasConfiguration: self.decryption != nil
        )
        var findings = checks.findings(all, self.conditions)
        findings[.store] = self.storeFindings(alarms, byteCount: byteCount)
        return FindingCheckName.allCases.map { name in
            CheckFindings(check: name, findings: findings[name] ?? Sample())
        }
    }

    private func storeFindings(_ alarms: [Alarm.Kind], byteCount: Int?) -> Sample<Finding> {
        var findings = Sample<Finding>()
        let quota = self.conditions.quota
        if let byteCount, byteCount > quota {
            findings.add(Finding(.error, nil, .quotaExceeded(byteCount: byteCount, quota: quota)))
        } else if let byteCount, byteCount > quota / 5 * 4 {
            findings.add(Finding(.warning, nil, .quotaNear(byteCount: byteCount, quota: quota)))
        }
        for kind in Set(alarms).sorted(by: { $0.description < $1.description }) {
            findings.add(Finding(.error, nil, .alarm(kind)))
        }
        return findings
    }
}

/// All checks whose findings are told one by one.
private struct FindingChecks: Sendable {
    private var objects = ObjectChecks()
    private var certificates = CertificateCheck()
    private var endpoints = EndpointCheck()
    private var terminations = TerminationCheck()
    private var claims = ClaimCheck()
    private var versions = VersionCheck()
    private var plainValues = PlainValueCheck()
    private var closed = ClosedObjects()

    mutating func look(at object: CheckedObject) {
        self.objects.look(at: object)
        self.certificates.look(at: object)
        self.endpoints.look(at: object)
        self.terminations.look(at: object)
        self.claims.look(at: object)
        self.versions.look(at: object)
        self.plainValues.look(at: object)
        self.closed.look(at: object)
    }

    mutating func add(_ other: Self) {
        self.objects.add(other.objects)
        self.certificates.add(other.certificates)
        self.endpoints.add(other.endpoints)
        self.terminations.add(other.terminations)
        self.claims.add(other.claims)
        self.versions.add(other.versions)
        self.plainValues.add(other.plainValues)
        self.closed.add(other.closed)
    }

    func findings(
        _ objects: CheckedObjects,
        _ conditions: FindingConditions
    ) -> [FindingCheckName: Sample<Finding>] {
        var findings: [FindingCheckName: Sample<Finding>] = [:]
        func add(_ found: Sample<Finding>, to name: FindingCheckName) {
            findings[name, default: Sample()].add(found)
        }
        if let finding = self.closed.finding { add(Sample([finding], count: 1), to: .encryption) }
        for (result, _) in self.objects.results(objects) {
            if let (name, found) = result.findings { add(found, to: name) }
        }
        let ownChecks: [any FindingCheck] = [
            self.certificates, self.terminations, self.claims, self.versions, self.plainValues,
        ]
        for check in ownChecks { add(check.findings(conditions), to: type(of: check).name) }
        add(self.endpoints.webhooks(), to: .webhooks)
        add(self.endpoints.apiServices(), to: .apiServices)
        return findings
    }
}

/// The objects that are encrypted and were not opened: how many, and the first of them.
private struct ClosedObjects: Sendable {
    private var first: (object: ObjectReference, problem: CodecError)?
    private var count = 0

    mutating func look(at object: CheckedObject) {
        guard let problem = object.read.problem, case .encrypted = problem.reason else { return }
        if self.first == nil { self.first = (object.reference, problem) }
        self.count += 1
    }

    mutating func add(_ other: Self) {
        self.first = self.first ?? other.first
        self.count += other.count
    }

    var finding: Finding? {
        self.first.map { Finding(.info, $0.object, .notOpened($0.problem, count: self.count)) }
    }
}
