internal import KubernetesCodec

extension ObjectTable {
    static let webhookConfiguration = ObjectTable([
        .name,
        .count("Webhooks", at: "webhooks"),
        .age,
    ])

    static let validatingAdmissionPolicy = ObjectTable([
        .name,
        .count("Validations", at: "spec", "validations"),
        .parameterKind,
        .age,
    ])

    static let mutatingAdmissionPolicy = ObjectTable([
        .name,
        .count("Mutations", at: "spec", "mutations"),
        .parameterKind,
        .age,
    ])

    static let admissionPolicyBinding = ObjectTable([
        .name,
        .text("PolicyName", at: "spec", "policyName"),
        .text("ParamRef") { parameterText($0.object.given("spec", "paramRef")) },
        .age,
    ])
}

extension TableColumn where Subject == Row {
    fileprivate static var parameterKind: Self {
        .text("ParamKind") {
            guard let kind = $0.object.given("spec", "paramKind") else { return "<unset>" }
            return "\(kind.text("apiVersion"))/\(kind.text("kind"))"
        }
    }
}

/// `namespace/name`, `*/name` where no namespace is named, or the selector as Go prints it.
private func parameterText(_ reference: Value?) -> String {
    guard let reference else { return "<unset>" }
    let name = reference.text("name")
    guard name.isEmpty else {
        let namespace = reference.text("namespace")
        return (namespace.isEmpty ? "*" : namespace) + "/" + name
    }
    return reference.given("selector").map(goSelectorText) ?? "<unset>"
}

/// A label selector in the form of Go's generated `String` methods.
private func goSelectorText(_ selector: Value) -> String {
    let labels = (selector.given("matchLabels")?.members ?? [])
        .map { "\($0.name): \($0.value.scalarText ?? "")," }.joined()
    let expressions = selector.list("matchExpressions").map {
        let values = $0.list("values").compactMap(\.scalarText).joined(separator: " ")
        return "LabelSelectorRequirement{Key:\($0.text("key")),Operator:\($0.text("operator")),"
            + "Values:[\(values)],},"
    }.joined()
    return "&LabelSelector{MatchLabels:map[string]string{\(labels)},"
        + "MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
}
