internal import KubernetesCodec

extension ObjectTable {
    static let storageClass = ObjectTable([
        TableColumn("Name", format: "name") { .text(classText(of: $0.object)) },
        .text("Provisioner", at: "provisioner"),
        .text("ReclaimPolicy", at: "reclaimPolicy", or: "Delete"),
        .text("VolumeBindingMode", at: "volumeBindingMode", or: "Immediate"),
        .boolean("AllowVolumeExpansion", type: "string") { $0.object.flag("allowVolumeExpansion") },
        .age,
    ])

    static let volumeAttributesClass = ObjectTable([
        .name,
        .text("DriverName", at: "driverName"),
        .age,
    ])

    static let volumeAttachment = ObjectTable([
        .name,
        TableColumn("Attacher", format: "name") { .text($0.object.text("spec", "attacher")) },
        .text("PV", at: "spec", "source", "persistentVolumeName"),
        .text("Node", at: "spec", "nodeName"),
        .boolean("Attached") { $0.object.flag("status", "attached") },
        .age,
    ])

    static let csiNode = ObjectTable([
        .name,
        .count("Drivers", at: "spec", "drivers"),
        .age,
    ])

    static let csiDriver = ObjectTable([
        .name,
        .boolean("AttachRequired") { $0.object.given("spec", "attachRequired")?.boolean ?? true },
        .boolean("PodInfoOnMount") { $0.object.flag("spec", "podInfoOnMount") },
        .boolean("StorageCapacity") { $0.object.flag("spec", "storageCapacity") },
        .text("TokenRequests") { tokenAudiences($0.object.given("spec", "tokenRequests")) },
        .boolean("RequiresRepublish") { $0.object.flag("spec", "requiresRepublish") },
        .text("Modes") { lifecycleModes(of: $0.object) },
        .age,
    ])

    static let csiStorageCapacity = ObjectTable([
        .name,
        .text("StorageClassName", at: "storageClassName"),
        .text("Capacity", at: "capacity", or: "<unset>"),
    ])
}

/// The name, marked when claims get this class unasked.
private func classText(of object: Value) -> String {
    let name = object.text("metadata", "name")
    let marks = [
        "storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class",
    ]
    let isDefault = marks.contains { object.text("metadata", "annotations", $0) == "true" }
    return isDefault ? name + " (default)" : name
}

private func tokenAudiences(_ requests: Value?) -> String {
    guard let requests else { return "<unset>" }
    return requests.elements.map { $0.text("audience") }.joined(separator: ",")
}

/// Drivers of before the field was there are persistent, as the server fills in.
private func lifecycleModes(of driver: Value) -> String {
    let modes = driver.list("spec", "volumeLifecycleModes")
    return modes.isEmpty ? "Persistent" : joined(modes)
}
