public import KubernetesCodec
import KubernetesRegistry

/// What of two registries is compared.
public struct DifferenceRequest: Sendable {
    /// Resources and names; none for everything.
    public var queries: [ObjectQuery] = []
    /// Only this namespace; nil for all.
    public var namespace: String?
    /// As `-l` takes them; an object belongs when one of its two states does.
    public var labels: String?
    /// As `--field-selector` takes them.
    public var fields: String?
    /// What is compared although it is usually left out.
    public var included: Set<DifferencePart> = []
    /// Opens encrypted values; without it they stay closed.
    public var decryption: Decryption?
    /// Whether what is made of an added or removed object needs the object itself.
    public var readsAddedAndRemoved = false

    public init() {}
}

/// What changes all the time, and is left out unless asked for.
public enum DifferencePart: String, CaseIterable, Sendable {
    case events
    /// Of nodes, leaders and API servers.
    case leases
    case managedFields
    case resourceVersion
    case status
}

extension DifferencePart {
    /// The part that all objects of a resource belong to; nil for none.
    init?(_ resource: Resource) {
        switch (resource.group, resource.plural) {
        case ("", "events"), ("events.k8s.io", "events"): self = .events
        case ("coordination.k8s.io", "leases"), ("coordination.k8s.io", "leasecandidates"),
            ("", "masterleases"), ("", "peerserverleases"), ("", "compact_rev_key"):
            self = .leases
        default: return nil
        }
    }
}
