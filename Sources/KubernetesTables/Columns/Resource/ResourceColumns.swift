internal import KubernetesCodec

extension ObjectTable {
    static let resourceClaim = ObjectTable([
        .name,
        .text("State") { claimState(of: $0.object) },
        .age,
    ])

    static let resourceSlice = ObjectTable([
        .name,
        .text("Node", at: "spec", "nodeName"),
        .text("Driver", at: "spec", "driver"),
        .text("Pool", at: "spec", "pool", "name"),
        .age,
    ])

    static let deviceTaintRule = ObjectTable([
        .name,
        .text("Key", at: "spec", "taint", "key"),
        .text("Value", at: "spec", "taint", "value"),
        .text("Effect", at: "spec", "taint", "effect"),
        .text("TimeAdded") { row in
            row.object.given("spec", "taint", "timeAdded").map { ageText(of: $0, at: row.now) } ?? ""
        },
        .age,
    ])
}

private func claimState(of claim: Value) -> String {
    let isDeleted = claim.given("metadata", "deletionTimestamp") != nil
    var states = isDeleted ? ["deleted"] : []
    if claim.given("status", "allocation") == nil {
        if !isDeleted { states.append("pending") }
    } else {
        states.append("allocated")
        if !claim.list("status", "reservedFor").isEmpty { states.append("reserved") }
    }
    return states.joined(separator: ",")
}
