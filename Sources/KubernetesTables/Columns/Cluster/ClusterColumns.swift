internal import KubernetesCodec

extension ObjectTable {
    static let lease = ObjectTable([
        .name,
        .text("Holder", at: "spec", "holderIdentity"),
        .age,
    ])

    static let leaseCandidate = ObjectTable([
        .name,
        .text("LeaseName", at: "spec", "leaseName"),
        .text("BinaryVersion", at: "spec", "binaryVersion"),
        .text("EmulationVersion", at: "spec", "emulationVersion"),
        .age,
    ])

    static let priorityClass = ObjectTable([
        .name,
        .integer("Value", at: "value"),
        .boolean("Global-Default") { $0.object.flag("globalDefault") },
        .age,
        .text("PreemptionPolicy", at: "preemptionPolicy", or: "PreemptLowerPriority"),
    ])

    static let runtimeClass = ObjectTable([
        .name,
        // Within `spec` in v1alpha1.
        .text("Handler") { $0.object.given("handler")?.string ?? $0.object.text("spec", "runtimeHandler") },
        .age,
    ])

    /// Source: kubernetes/kube-aggregator `pkg/registry/apiservice/etcd/etcd.go`.
    static let apiService = ObjectTable([
        .name,
        .text("Service") {
            guard let service = $0.object.given("spec", "service") else { return "Local" }
            return "\(service.text("namespace"))/\(service.text("name"))"
        },
        .text("Available") { availability(of: $0.object) },
        .age,
    ])

    static let storageVersion = ObjectTable([
        .name,
        .text("CommonEncodingVersion", at: "status", "commonEncodingVersion", or: "<unset>"),
        .text("StorageVersions") {
            let versions = $0.object.list("status", "storageVersions")
            return firstFew(
                versions.map { "\($0.text("apiServerID"))=\($0.text("encodingVersion"))" },
                or: "<unset>"
            )
        },
        .age,
    ])

    static let storageVersionMigration = ObjectTable([
        TableColumn("Name") { .text($0.object.text("metadata", "name")) },
        .text("Resource") {
            "\($0.object.text("spec", "resource", "resource")).\($0.object.text("spec", "resource", "group"))"
        },
    ])
}

private func availability(of service: Value) -> String {
    guard let available = condition("Available", in: service.list("status", "conditions")) else {
        return "Unknown"
    }
    let status = available.text("status")
    return status == "True" ? status : "\(status) (\(available.text("reason")))"
}
