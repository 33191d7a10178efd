internal import KubernetesCodec

extension ObjectTable {
    /// Of RoleBinding and ClusterRoleBinding.
    static let roleBinding = ObjectTable([
        .name,
        .text("Role") { "\($0.object.text("roleRef", "kind"))/\($0.object.text("roleRef", "name"))" },
        .age,
        .text("Users", priority: 1) { subjects("User", of: $0.object) { $0.text("name") } },
        .text("Groups", priority: 1) { subjects("Group", of: $0.object) { $0.text("name") } },
        .text("ServiceAccounts", priority: 1) {
            subjects("ServiceAccount", of: $0.object) { "\($0.text("namespace"))/\($0.text("name"))" }
        },
    ])
}

private func subjects(_ kind: String, of binding: Value, _ text: (Value) -> String) -> String {
    binding.list("subjects").filter { $0.text("kind") == kind }.map(text).joined(separator: ", ")
}
