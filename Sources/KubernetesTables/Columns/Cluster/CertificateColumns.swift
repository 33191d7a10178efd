internal import KubernetesCodec

extension ObjectTable {
    static let certificateSigningRequest = ObjectTable([
        .name,
        .age,
        .signer,
        .text("Requestor", at: "spec", "username"),
        .text("RequestedDuration") {
            ($0.object.given("spec", "expirationSeconds")?.integer).map(durationText) ?? "<none>"
        },
        .text("Condition") { requestStatus(of: $0.object) },
    ])

    static let clusterTrustBundle = ObjectTable([.name, .signer])

    static let podCertificateRequest = ObjectTable([
        .name,
        .text("PodName", at: "spec", "podName"),
        .text("ServiceAccountName", at: "spec", "serviceAccountName"),
        .text("NodeName", at: "spec", "nodeName"),
        .text("SignerName", at: "spec", "signerName"),
        .text("State") { podRequestState(of: $0.object) },
    ])
}

extension TableColumn where Subject == Row {
    fileprivate static var signer: Self {
        .text("SignerName") { orNone($0.object.text("spec", "signerName")) }
    }
}

/// A denial goes before an approval; the conditions' own status does not count.
private func requestStatus(of request: Value) -> String {
    let types = Set(request.list("status", "conditions").map { $0.text("type") })
    let decision = types.contains("Denied") ? "Denied" : types.contains("Approved") ? "Approved" : "Pending"
    return decision
        + (types.contains("Failed") ? ",Failed" : "")
        + (request.text("status", "certificate").isEmpty ? "" : ",Issued")
}

private func podRequestState(of request: Value) -> String {
    let types = request.list("status", "conditions").map { $0.text("type") }
    return types.last { ["Issued", "Denied", "Failed"].contains($0) } ?? "Pending"
}
