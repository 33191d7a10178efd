import ClusterChecks
import EtcdStorage
import KubernetesCodec

extension ClusterCheckResult {
    /// As it stands in a report.
    var name: String {
        switch self {
        case .noObjects, .decoding: "objects"
        case .store(let result): result.name
        case .encryption: "encryption"
        case .names: "names"
        case .namespaces: "namespaces"
        case .customResources: "custom resources"
        case .owners: "owners"
        case .serviceAddresses: "service addresses"
        case .nodePorts: "node ports"
        case .volumes: "volumes"
        case .webhooks: "webhooks"
        case .apiServices: "API services"
        case .deletions: "deletions"
        }
    }

    /// What was found, in a line for people.
    var detail: String {
        switch self {
        case .noObjects: "there are no objects of Kubernetes in it"
        case .store(let result): result.detail
        case .decoding(let result): result.detail
        case .encryption(let result): result.detail
        case .names(let result): result.detail
        case .namespaces(let result): result.detail
        case .customResources(let result): result.detail
        case .owners(let result): result.detail
        case .serviceAddresses(let result): result.detail
        case .nodePorts(let result): result.detail
        case .volumes(let result): result.detail
        case .webhooks(let result): result.detail
        case .apiServices(let result): result.detail
        case .deletions(let result): result.detail
        }
    }
}

extension ObjectReference {
    /// `pods default/web-0`, `nodes master`.
    var text: String {
        "\(self.resource) " + (self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)")
    }
}

// MARK: The store

extension StoreCheck.Result {
    fileprivate var name: String {
        switch self {
        case .empty: "content"
        case .alarms: "alarms"
        case .users: "users"
        case .aboveDefaultQuota: "quota"
        case .logEntries: "log"
        case .leases: "expiry"
        }
    }

    fileprivate var detail: String {
        switch self {
        case .empty: return "there are no keys in it"
        case .alarms(let alarms):
            let kinds = Set(alarms.map(\.kind.description)).sorted().joined(separator: ", ")
            let advice =
                alarms.contains { $0.kind == .corrupt }
                ? "compare it with snapshots of the other members before you trust it"
                : "after a restore, writes are refused until `etcdctl alarm disarm`"
            return "raised in it: \(kinds); \(advice)"
        case .users(let count):
            return
                "authentication is on after a restore, with \(groupedCount(count, "user")) and their passwords"
        case .aboveDefaultQuota:
            return "larger than etcd's default quota of 2 GiB: start it with --quota-backend-bytes"
        case .logEntries(let count):
            let entries = groupedCount(Int(clamping: count), "entry", "entries")
            return "\(entries) found only in the write-ahead log: not rehearsed"
        case .leases(_, let shortest):
            return "a restore starts their time to live again; keys of a lease that nobody renews are "
                + "deleted, the first after "
                + roundedTime(shortest)
        }
    }
}

/// `15 s`, `10 min`, `3 h`, `10 days`.
private func roundedTime(_ seconds: Int64) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86400) days"
    }
}

// MARK: Objects

extension DecodingCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .undecoded(let objects):
            return "not decoded: " + objects.text { "\($0.object.text) (\($0.problem))" }
        case .decoded(let decoded):
            var text =
                "of \(groupedCount(decoded.resourceCount, "resource")), all that are not encrypted decode"
            let (unknown, newer) = (decoded.unknownKinds, decoded.newerFields)
            if !unknown.isEmpty {
                text += "; \(unknown.count) of kinds not known here: \(unknown.text(\.text))"
            }
            if !newer.isEmpty {
                text += "; \(newer.count) with fields of a newer release: \(newer.text(\.text))"
            }
            return text
        }
    }
}

extension EncryptionCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .nothingEncrypted: "nothing is encrypted, so no key is needed"
        case .opened(let keys): "opened with the configuration: keep it with the backup (\(text(keys)))"
        case .withoutConfiguration(let keys, let first, let problem):
            "the API server needs \(text(keys)); not opened: \(first.text): \(problem)"
        case .unopened(let keys, let closed, let problem):
            "the API server needs \(text(keys)); not opened: \(closed.text(\.text)); \(problem)"
        }
    }
}

private func text(_ keys: [EncryptionCheck.NeededKey]) -> String {
    keys.map { "\($0.name) for \($0.objectCount)" }.joined(separator: ", ")
}

extension NameCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .same: "objects have the names of their keys"
        case .different(let objects): "their names differ from their keys: \(objects.text(\.text))"
        }
    }
}

extension NamespaceCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .present: "every namespace that has objects exists"
        case .missing(let namespaces):
            "missing: "
                + namespaces.text { missing in
                    let objects = groupedCount(missing.objectCount, "object")
                    return "\(missing.namespace) (\(objects), such as \(missing.example.text))"
                }
        }
    }
}

extension CustomResourceCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .defined(_, let definitions):
            "all belong to one of \(groupedCount(definitions, "definition")), in a version of it"
        case .wrong(_, let problems):
            problems.text(\.reason)
        }
    }
}

extension CustomResourceCheck.Problem {
    var reason: String {
        switch self {
        case .noDefinition(let resource, let count):
            "\(resource) has no definition (\(groupedCount(count, "object")))"
        case .noVersion(let resource, let version, let count):
            "\(resource) has no version \(version) (\(groupedCount(count, "object")))"
        case .storedVersionGone(let definition, let version):
            "\(definition) lists the stored version \(version), which it does not define"
        }
    }
}

extension OwnerCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .present: return "all owners of objects exist"
        case .missing(let orphans, let others):
            var parts: [String] = []
            if !orphans.isEmpty {
                let names = orphans.text(\.text)
                parts.append("none of their owners exists, so garbage collection deletes them: \(names)")
            }
            if !others.isEmpty { parts.append("one of their owners is missing: \(others.text(\.text))") }
            return parts.joined(separator: "; ")
        }
    }
}

extension VolumeCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .bound:
            "claims and volumes that are bound to each other both exist; their data are not in a snapshot"
        case .wrong(let problems): problems.text(\.reason)
        }
    }
}

extension VolumeCheck.Problem {
    var reason: String {
        switch self {
        case .volumeMissing(let claim, let volume):
            "claim \(claim) is bound to \(volume), which is missing"
        case .volumeOfAnotherClaim(let claim, let volume, let other):
            "claim \(claim) is bound to \(volume), which is bound to \(other)"
        case .volumeOfAnOlderClaim(let claim, let volume):
            "claim \(claim) is not the claim of that name that volume \(volume) is bound to"
        case .claimMissing(let volume, let claim):
            "volume \(volume) is bound to claim \(claim), which is missing"
        }
    }
}

extension DeletionCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .nothingToDelete: return "nothing waits to be deleted"
        case .beingDeleted(let namespaces, let objects):
            var parts: [String] = []
            if !namespaces.isEmpty { parts.append("terminating namespaces: \(namespaces.text { $0 })") }
            if !objects.isEmpty {
                let names = objects.text { "\($0.object.text) (\($0.finalizer))" }
                parts.append("waiting for finalizers: \(names)")
            }
            return "will go on being deleted; " + parts.joined(separator: "; ")
        }
    }
}

// MARK: Services

extension ServiceCheck.Addresses {
    fileprivate var detail: String {
        switch self {
        case .none: "no service has an address"
        case .noAllocations: "there are no allocations to compare the services' addresses with"
        case .allocated(_, .bitmap): "each allocated to its service, as the bitmap says"
        case .allocated(_, .addressObjects): "each allocated to its service, as the IPAddress objects say"
        case .wrong(let problems): problems.text(\.reason)
        }
    }
}

extension ServiceCheck.AddressProblem {
    var reason: String {
        switch self {
        case .shared(let address, let one, let other):
            "\(address) belongs to both services \(one) and services \(other)"
        case .notAllocated(let address, let service): "\(address) of services \(service) is not allocated"
        case .allocatedToAnother(let address, let service, let other):
            "\(address) of services \(service) is allocated to "
                + (other.map { "services \($0)" } ?? "no service")
        case .allocatedToNone(let address): "\(address) is allocated to no service"
        case .allocatedWithoutUse(let address, let service):
            "\(address) is allocated to services \(service), which does not have it"
        }
    }
}

extension ServiceCheck.NodePorts {
    fileprivate var detail: String {
        switch self {
        case .none: "no service has a node port"
        case .noAllocations: "there are no allocations to compare the services' node ports with"
        case .allocated: "each allocated, and to one service"
        case .wrong(let problems): problems.text(\.reason)
        }
    }
}

extension ServiceCheck.NodePortProblem {
    var reason: String {
        switch self {
        case .shared(let port, let one, let other):
            "\(port) belongs to both services \(one) and services \(other)"
        case .notAllocated(let port, let service): "\(port) of services \(service) is not allocated"
        case .allocatedToNone(let port): "\(port) is allocated to no service"
        }
    }
}

// MARK: A cold start

extension WebhookCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .noneMustAnswer: return "no webhook that must answer runs in the cluster"
        case .mustAnswer(let found):
            var parts: [String] = []
            if !found.refuseTheirOwnPods.isEmpty {
                let names = found.refuseTheirOwnPods.text(\.text)
                parts.append("refuse the pods that answer them: \(names)")
            }
            if !found.refuseRequests.isEmpty {
                let names = found.refuseRequests.text(\.text)
                parts.append("refuse requests until their pods run: \(names)")
            }
            if !found.convert.isEmpty {
                let names = found.convert.text { "\($0.definition) (\($0.service))" }
                parts.append("convert custom resources once their pods run: \(names)")
            }
            return parts.joined(separator: "; ")
        }
    }
}

extension WebhookCheck.Webhook {
    fileprivate var text: String {
        "\(self.name) (\(self.service)\(self.isServiceMissing ? ", a service that is missing" : ""))"
    }
}

extension APIServiceCheck.Result {
    fileprivate var detail: String {
        switch self {
        case .allLocal: "all are the API server's own"
        case .answeredByPods(let services):
            "not answered until their pods run; namespaces are not deleted meanwhile: "
                + services.text { "\($0.name) (\($0.service))" }
        }
    }
}
