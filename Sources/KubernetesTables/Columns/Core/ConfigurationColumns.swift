internal import KubernetesCodec

extension ObjectTable {
    static let configMap = ObjectTable([
        .name,
        .integer("Data", type: "string") {
            Int64(($0.object.given("data")?.count ?? 0) + ($0.object.given("binaryData")?.count ?? 0))
        },
        .age,
    ])

    static let secret = ObjectTable([
        .name,
        .text("Type", at: "type", or: "Opaque"),
        .integer("Data", type: "string") { Int64($0.object.given("data")?.count ?? 0) },
        .age,
    ])

    static let namespace = ObjectTable([
        .name,
        .text("Status", at: "status", "phase", or: "Active"),
        .age,
    ])

    static let resourceQuota = ObjectTable([
        .name,
        .text("Request") { quotaText(of: $0.object, limits: false) },
        .text("Limit") { quotaText(of: $0.object, limits: true) },
        .age,
    ])
}

/// `used/hard` of each resource; those that begin with `limits.` make a column of their own.
private func quotaText(of quota: Value, limits: Bool) -> String {
    let hard = (quota.given("status", "hard")?.members ?? []).filter {
        $0.name.hasPrefix("limits.") == limits
    }
    return hard.map { resource in
        let used = quota.given("status", "used", resource.name)?.scalarText ?? "0"
        return "\(resource.name): \(used)/\(resource.value.scalarText ?? "0")"
    }.joined(separator: ", ")
}
