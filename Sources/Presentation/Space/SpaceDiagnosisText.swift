import KubernetesRegistry
public import Operations

extension SpaceDiagnosis {
    /// One line: what stands out, and what to do.
    public var line: String {
        switch self {
        case .quotaReached(let percent):
            "the database has \(percent) % of its quota, and etcd refuses writes: compact, defragment, or raise it"
        case .quotaNear(let percent):
            "the database has \(percent) % of its quota: compact and defragment, or raise it"
        case .freePages(let percent, let byteCount):
            "\(percent) % of the database is free pages (\(byteText(byteCount))): defragment"
        case .history(let percent, let byteCount):
            "\(percent) % of the records is history (\(byteText(byteCount))): compact, then defragment"
        case .resource(let resource, let percent):
            "\(percent) % of the live bytes are \(resource.qualifiedName)"
        case .namespace(let namespace, let percent):
            "namespace \(namespace) has \(percent) % of the live bytes"
        case .hotObject(let object, let percent):
            "\(percent) % of all known changes were made to \(objectText(object))"
        case .largeValue(let object):
            "\(objectText(object)) has a value of \(byteText(object.valueByteCount)); etcd refuses more than 1.5 MiB"
        case .withoutLease(let resource, let objectCount):
            "\(resource.qualifiedName): \(counted(objectCount, "object")) without a lease, which nothing will delete"
        case .managedFields(let percent):
            "managed fields are \(percent) % of the live values"
        case .lastApplied(let percent):
            "kubectl's copies of applied objects are \(percent) % of the live values: use server-side apply"
        }
    }

    /// A name for programs that stays the same.
    var code: String {
        switch self {
        case .quotaReached: "quotaReached"
        case .quotaNear: "quotaNear"
        case .freePages: "freePages"
        case .history: "history"
        case .resource: "resource"
        case .namespace: "namespace"
        case .hotObject: "hotObject"
        case .largeValue: "largeValue"
        case .withoutLease: "withoutLease"
        case .managedFields: "managedFields"
        case .lastApplied: "lastApplied"
        }
    }
}

private func objectText(_ object: ObjectSpace) -> String {
    let name = "\(object.resource?.qualifiedName ?? "key")/\(object.name)"
    return object.namespace.isEmpty ? name : "\(name) in \(object.namespace)"
}

extension SpaceUsage {
    /// The line on top: the gravest of what stands out.
    var headline: String { self.diagnosis.first?.line ?? "nothing stands out" }
}
