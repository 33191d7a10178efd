internal import KubernetesCodec

extension ObjectTable {
    static let persistentVolume = ObjectTable([
        .name,
        .text("Capacity", at: "spec", "capacity", "storage", or: "0"),
        .text("Access Modes") { accessModes($0.object.list("spec", "accessModes")) },
        .text("Reclaim Policy", at: "spec", "persistentVolumeReclaimPolicy", or: "Retain"),
        .text("Status") { volumePhase(of: $0.object) },
        .text("Claim") { claimText($0.object.given("spec", "claimRef")) },
        .text("StorageClass") { storageClassName(of: $0.object) },
        .text("VolumeAttributesClass", at: "spec", "volumeAttributesClassName", or: "<unset>"),
        .text("Reason", at: "status", "reason"),
        .age,
        .volumeMode,
    ])

    static let persistentVolumeClaim = ObjectTable([
        .name,
        .text("Status") { volumePhase(of: $0.object) },
        .text("Volume", at: "spec", "volumeName"),
        .text("Capacity") { $0.ifBound { $0.given("status", "capacity", "storage")?.scalarText ?? "0" } },
        .text("Access Modes") { $0.ifBound { accessModes($0.list("status", "accessModes")) } },
        .text("StorageClass") { storageClassName(of: $0.object) },
        .text("VolumeAttributesClass", at: "spec", "volumeAttributesClassName", or: "<unset>"),
        .age,
        .volumeMode,
    ])
}

extension TableColumn where Subject == Row {
    fileprivate static var volumeMode: Self {
        .text("VolumeMode", priority: 1) {
            $0.object.given("spec", "volumeMode")?.string ?? "Filesystem"
        }
    }
}

extension Row {
    /// What a claim has of its volume; nil before it has one.
    fileprivate func ifBound(_ text: (Value) -> String) -> String {
        self.object.text("spec", "volumeName").isEmpty ? "" : text(self.object)
    }
}

private func volumePhase(of object: Value) -> String {
    if object.given("metadata", "deletionTimestamp") != nil { return "Terminating" }
    return object.given("status", "phase")?.string ?? "Pending"
}

/// The annotation that named the class before the field did comes first.
private func storageClassName(of object: Value) -> String {
    let annotation = object.given("metadata", "annotations", "volume.beta.kubernetes.io/storage-class")
    return annotation?.string ?? object.text("spec", "storageClassName")
}

/// Source: kubernetes/kubernetes `pkg/apis/core/helper/helpers.go`, GetAccessModesAsString.
private func accessModes(_ modes: [Value]) -> String {
    let given = Set(modes.compactMap(\.string))
    let known = [
        ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ]
    return known.filter { given.contains($0.0) }.map(\.1).joined(separator: ",")
}

private func claimText(_ reference: Value?) -> String {
    reference.map { "\($0.text("namespace"))/\($0.text("name"))" } ?? ""
}
