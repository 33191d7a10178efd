import KubernetesCodec
import KubernetesRegistry

/// The certificates in Secrets, and those by which an API server knows webhooks and other API servers, are valid.
struct CertificateCheck: FindingCheck {
    static let name = FindingCheckName.certificates

    /// The certificates in one field of an object.
    fileprivate struct Certificates: Sendable {
        var object: ObjectReference
        var field: String
        /// Of those that can be read.
        var dates: [CertificateDates]
        /// Whether one that is valid is enough, as among those that are trusted; of a chain all must be.
        var isBundle: Bool
        /// Whether an API server needs it.
        var isNeeded: Bool
    }

    /// Longer values are not looked at: they are no certificates.
    private static let byteLimit = 512 << 10

    /// Where a Secret keeps certificates that are trusted.
    private static let bundleNames: Set = ["ca.crt", "ca-bundle.crt"]

    private var certificates: [Certificates] = []

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded else { return }
        if object.isOf("secrets") {
            for (name, value) in object.root["data"]?.members ?? [] {
                let isBundle = Self.bundleNames.contains(name)
                self.look(at: value, "data[\(name)]", of: object, isBundle: isBundle, isNeeded: false)
            }
        } else if object.isOf("mutatingwebhookconfigurations", group: "admissionregistration.k8s.io")
            || object.isOf("validatingwebhookconfigurations", group: "admissionregistration.k8s.io")
        {
            for hook in object.root["webhooks"]?.elements ?? [] {
                let field = "webhooks[name=\(hook["name"]?.string ?? "")].clientConfig.caBundle"
                self.look(at: hook["clientConfig", "caBundle"], field, of: object, isNeeded: true)
            }
        } else if object.isOf("apiservices", group: "apiregistration.k8s.io") {
            self.look(at: object.root["spec", "caBundle"], "spec.caBundle", of: object, isNeeded: true)
        } else if object.isOf("customresourcedefinitions", group: "apiextensions.k8s.io") {
            let bundle = object.root["spec", "conversion", "webhook", "clientConfig", "caBundle"]
            let field = "spec.conversion.webhook.clientConfig.caBundle"
            self.look(at: bundle, field, of: object, isNeeded: true)
        }
    }

    private mutating func look(
        at value: Value?,
        _ field: String,
        of object: CheckedObject,
        isBundle: Bool = true,
        isNeeded: Bool
    ) {
        guard let text = value?.string, text.utf8.count <= Self.byteLimit,
            let bytes = Base64.decode(text.utf8)
        else { return }
        let found = CertificateDates.all(inPEM: bytes)
        guard !found.isEmpty else { return }
        self.certificates.append(
            Certificates(
                object: object.reference,
                field: field,
                dates: found.compactMap(\.self),
                isBundle: isBundle,
                isNeeded: isNeeded
            )
        )
    }

    mutating func add(_ other: Self) { self.certificates += other.certificates }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        Sample(worstFirst: self.certificates.compactMap { $0.finding(conditions) })
    }
}

extension CertificateCheck.Certificates {
    /// Those of the one that matters: of a bundle that which is valid the longest, of a chain that which expires first.
    private func dates(at now: Int64) -> CertificateDates? {
        guard self.isBundle else { return self.dates.min { $0.notAfter < $1.notAfter } }
        let begun = self.dates.filter { $0.notBefore <= now && now <= $0.notAfter }
        return (begun.isEmpty ? self.dates : begun).max { $0.notAfter < $1.notAfter }
    }

    fileprivate func finding(_ conditions: FindingConditions) -> Finding? {
        guard let dates = self.dates(at: conditions.now) else {
            return Finding(.info, self.object, .certificateUnreadable(field: self.field))
        }
        if dates.notAfter < conditions.now {
            let problem = Finding.Problem.certificateExpired(field: self.field, notAfter: dates.notAfter)
            return Finding(self.isNeeded ? .error : .warning, self.object, problem)
        }
        if dates.notBefore > conditions.now {
            let problem = Finding.Problem.certificateNotYetValid(
                field: self.field,
                notBefore: dates.notBefore
            )
            return Finding(.warning, self.object, problem)
        }
        guard dates.notAfter &- conditions.now < conditions.expiryNotice else { return nil }
        let problem = Finding.Problem.certificateExpiring(field: self.field, notAfter: dates.notAfter)
        return Finding(.warning, self.object, problem)
    }
}
