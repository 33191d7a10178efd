internal import KubernetesCodec

extension ObjectTable {
    static let podDisruptionBudget = ObjectTable([
        .name,
        .text("Min Available", at: "spec", "minAvailable", or: "N/A"),
        .text("Max Unavailable", at: "spec", "maxUnavailable", or: "N/A"),
        .integer("Allowed Disruptions", at: "status", "disruptionsAllowed"),
        .age,
    ])

    /// Gone with Kubernetes 1.25.
    static let podSecurityPolicy = ObjectTable([
        .name,
        .text("Priv") { $0.object.flag("spec", "privileged") ? "true" : "false" },
        .text("Caps") { joined($0.object.list("spec", "allowedCapabilities")) },
        .text("Selinux", at: "spec", "seLinux", "rule"),
        .text("RunAsUser", at: "spec", "runAsUser", "rule"),
        .text("FsGroup", at: "spec", "fsGroup", "rule"),
        .text("Supgroup", at: "spec", "supplementalGroups", "rule"),
        .boolean("ReadOnlyRootFs", type: "string") { $0.object.flag("spec", "readOnlyRootFilesystem") },
        .text("Volumes") { joined($0.object.list("spec", "volumes")) },
    ])
}

/// The texts of an array with commas between them.
func joined(_ elements: [Value]) -> String {
    elements.compactMap(\.scalarText).joined(separator: ",")
}
