import KubernetesCodec
import KubernetesRegistry

/// The certificates in Secrets, and those by which an API server knows webhooks and other API servers, are valid.
struct CertificateCheck: FindingCheck {
    static let name = FindingCheckName.certificates

    /// One certificate of an object: of several in a field the one that expires first.
    fileprivate struct Certificate: Sendable {
        var object: ObjectReference
        var field: String
        /// Nil when it cannot be read.
        var dates: CertificateDates?
        /// Whether an API server needs it.
        var isNeeded: Bool
    }

    /// Longer values are not looked at: they are no certificates.
    private static let byteLimit = 512 << 10

    private var certificates: [Certificate] = []

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded else { return }
        if object.isOf("secrets") {
            for (name, value) in object.root["data"]?.members ?? [] {
                self.look(at: value, "data[\(name)]", of: object, isNeeded: false)
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

    private mutating func look(at value: Value?, _ field: String, of object: CheckedObject, isNeeded: Bool) {
        guard let text = value?.string, text.utf8.count <= Self.byteLimit,
            let bytes = Base64.decode(text.utf8)
        else { return }
        let found = CertificateDates.all(inPEM: bytes)
        guard !found.isEmpty else { return }
        let first = found.compactMap(\.self).min { $0.notAfter < $1.notAfter }
        self.certificates.append(
            Certificate(object: object.reference, field: field, dates: first, isNeeded: isNeeded)
        )
    }

    mutating func add(_ other: Self) { self.certificates += other.certificates }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> {
        var findings = Sample<Finding>()
        for certificate in self.certificates {
            if let finding = certificate.finding(conditions) { findings.add(finding) }
        }
        return findings
    }
}

extension CertificateCheck.Certificate {
    fileprivate func finding(_ conditions: FindingConditions) -> Finding? {
        guard let dates else { return Finding(.info, self.object, .certificateUnreadable(field: self.field)) }
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
