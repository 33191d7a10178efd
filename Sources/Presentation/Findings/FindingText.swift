import ClusterChecks
import EtcdStorage
import KubernetesCodec

extension Finding {
    /// `secrets shop/tls`, or that it is the store.
    var objectText: String { self.object?.text ?? "the store" }

    /// What is wrong, without the object's name.
    var reason: String {
        switch self.problem {
        case .certificateExpired(let field, let notAfter):
            "the certificate in \(field) expired on \(day(notAfter))"
        case .certificateExpiring(let field, let notAfter):
            "the certificate in \(field) expires on \(day(notAfter))"
        case .certificateNotYetValid(let field, let notBefore):
            "the certificate in \(field) is valid only from \(day(notBefore)) on"
        case .certificateUnreadable(let field): "the certificate in \(field) cannot be read"
        case .webhookWithoutService(let webhook, let service, let refuses):
            "\(title(of: webhook)) is answered by services \(service), which is missing; \(effect(refuses, webhook))"
        case .webhookWithoutEndpoints(let webhook, let service, let refuses):
            "\(title(of: webhook)) is answered by services \(service), which has no ready endpoint; "
                + effect(refuses, webhook)
        case .apiServiceWithoutService(let service):
            "this part of the API is answered by services \(service), which is missing"
        case .apiServiceWithoutEndpoints(let service):
            "this part of the API is answered by services \(service), which has no ready endpoint"
        case .claimWithoutVolume(let phase):
            phase == "Lost"
                ? "its volume is lost" : "it has no volume" + (phase.isEmpty ? "" : " and is \(phase)")
        case .claimWaitsForPod: "it has no volume yet: its class binds when the first pod uses it"
        case .volume(let problem): problem.reason
        case .namespaceMissing(let namespace, let count):
            "its namespace \(namespace) is missing, in which \(groupedCount(count, "object")) "
                + (count == 1 ? "lives" : "live")
        case .namespaceTerminating(let since, let finalizers, let reasons):
            terminating(since, finalizers, reasons)
        case .waitsForFinalizer(let finalizer): "is deleted, and waits for the finalizer \(finalizer)"
        case .storedVersionRemoved(let version):
            "stored as \(version.apiVersion), which Kubernetes 1.\(version.minor) no longer serves"
        case .appliedVersionRemoved(let version):
            "applied as \(version.apiVersion), which Kubernetes 1.\(version.minor) no longer serves"
        case .customResource(let problem): problem.reason
        case .ownersMissing: "none of its owners exists, so that garbage collection deletes it"
        case .oneOwnerMissing: "one of its owners does not exist"
        case .quotaNear(let byteCount, let quota):
            "the database has \(humanByteCount(UInt64(byteCount))), more than 80 % of the quota of "
                + humanByteCount(UInt64(quota))
        case .quotaExceeded(let byteCount, let quota):
            "the database has \(humanByteCount(UInt64(byteCount))), more than the quota of "
                + "\(humanByteCount(UInt64(quota))): etcd refuses writes"
        case .alarm(let kind): "the alarm \(kind.description) is raised"
        case .plain(let resource, 0): "not encrypted, though the configuration encrypts \(resource)"
        case .plain(let resource, let count):
            "not encrypted, while \(groupedCount(count, "object")) of \(resource) "
                + (count == 1 ? "is" : "are")
        case .notOpened(let problem, let count):
            count == 1
                ? "not checked: \(problem)"
                : "not checked, like \(groupedCount(count - 1, "other object")): \(problem)"
        case .undecoded(let problem): "cannot be decoded: \(problem)"
        case .otherName: "has another name or namespace than its key"
        case .address(let problem): problem.reason
        case .nodePort(let problem): problem.reason
        }
    }

    /// What to do about it.
    var remedy: String {
        switch self.problem {
        case .certificateExpired, .certificateExpiring, .certificateUnreadable:
            "issue the certificate anew, or remove it where nobody uses it"
        case .certificateNotYetValid: "wait, or issue it anew with the right dates"
        case .webhookWithoutService, .webhookWithoutEndpoints:
            "start what answers it, or delete the webhook until then"
        case .apiServiceWithoutService, .apiServiceWithoutEndpoints:
            "start what answers it, or delete the APIService: meanwhile no namespace is deleted"
        case .claimWithoutVolume: "look at its events, its class and the volumes that are free"
        case .claimWaitsForPod: "nothing, unless a pod uses it already: then look at the pod's events"
        case .volume: "bind the claim to the volume that holds its data, or delete the one that is left"
        case .namespaceMissing: "create the namespace, or delete what lives in it"
        case .namespaceTerminating:
            "delete what remains in it, and start what removes its finalizers; remove them by hand last"
        case .waitsForFinalizer: "start the controller that removes the finalizer"
        case .storedVersionRemoved(let version), .appliedVersionRemoved(let version):
            version.replacement.map { "write it anew as \($0)" }
                ?? "there is no version to replace it: plan without it"
        case .customResource: "restore the definition, or migrate the stored objects"
        case .ownersMissing, .oneOwnerMissing: "remove the owner reference where the object is to stay"
        case .quotaNear, .quotaExceeded:
            "compact and defragment, delete what fills it, or raise --quota-backend-bytes"
        case .alarm(.corrupt): "compare the members (`registree diff --cluster`), and replace the odd one"
        case .alarm: "make room, then `etcdctl alarm disarm`"
        case .plain: "write it anew: kubectl get it -o json | kubectl replace -f -"
        case .notOpened: "give an --encryption-config that has this key"
        case .undecoded: "restore the object from a backup, or delete its key"
        case .otherName: "delete the key, and create the object anew"
        case .address, .nodePort:
            "restart the API server, whose repair allocates anew, or recreate the service"
        }
    }
}

extension Finding.Problem {
    /// The rule that the problem breaks, as programs call it.
    var rule: String {
        switch self {
        case .certificateExpired: "certificate-expired"
        case .certificateExpiring: "certificate-expiring"
        case .certificateNotYetValid: "certificate-not-yet-valid"
        case .certificateUnreadable: "certificate-unreadable"
        case .webhookWithoutService: "webhook-without-service"
        case .webhookWithoutEndpoints: "webhook-without-endpoints"
        case .apiServiceWithoutService: "api-service-without-service"
        case .apiServiceWithoutEndpoints: "api-service-without-endpoints"
        case .claimWithoutVolume: "claim-without-volume"
        case .claimWaitsForPod: "claim-waits-for-pod"
        case .volume: "volume-not-bound"
        case .namespaceMissing: "namespace-missing"
        case .namespaceTerminating: "namespace-terminating"
        case .waitsForFinalizer: "waits-for-finalizer"
        case .storedVersionRemoved: "stored-version-removed"
        case .appliedVersionRemoved: "applied-version-removed"
        case .customResource: "custom-resource-undefined"
        case .ownersMissing: "owners-missing"
        case .oneOwnerMissing: "owner-missing"
        case .quotaNear: "quota-near"
        case .quotaExceeded: "quota-exceeded"
        case .alarm: "alarm"
        case .plain: "not-encrypted"
        case .notOpened: "not-opened"
        case .undecoded: "not-decoded"
        case .otherName: "other-name"
        case .address: "service-address"
        case .nodePort: "node-port"
        }
    }
}

/// A day in UTC: `2026-11-22`.
private func day(_ seconds: Int64) -> String {
    rfc3339Text(seconds: seconds).map { String($0.prefix(10)) } ?? "a day far away"
}

private func title(of webhook: String?) -> String {
    webhook.map { "webhook \($0)" } ?? "the conversion of its objects"
}

private func effect(_ refuses: Bool, _ webhook: String?) -> String {
    guard webhook != nil else { return "objects in another version cannot be read" }
    return refuses ? "requests are refused" : "it is passed over"
}

private func terminating(_ since: Int64?, _ finalizers: [String], _ reasons: [String]) -> String {
    let beginning = since.map { "terminating since \(day($0))" } ?? "terminating"
    return beginning + list(": waits for ", finalizers) + list("; its controller says ", reasons)
}

private func list(_ beginning: String, _ words: [String]) -> String {
    words.isEmpty ? "" : beginning + words.prefix(8).joined(separator: ", ")
}
