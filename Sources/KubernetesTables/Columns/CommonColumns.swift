internal import KubernetesCodec

/// Columns that many kinds have.
extension TableColumn where Subject: TableSubject {
    static var name: Self {
        Self("Name", format: "name") { .text($0.object.text("metadata", "name")) }
    }

    static var age: Self {
        .text("Age") { ageText(of: $0.object.given("metadata", "creationTimestamp"), at: $0.now) }
    }

    /// The text at a path; empty when it is missing.
    static func text(_ name: String, at path: String..., or missing: String = "") -> Self {
        .text(name) { $0.object.given(path)?.scalarText ?? missing }
    }

    /// The whole number at a path; 0 when it is missing.
    static func integer(_ name: String, type: String = "integer", at path: String...) -> Self {
        .integer(name, type: type) { $0.object.given(path)?.integer ?? 0 }
    }

    /// The number of elements at a path.
    static func count(_ name: String, at path: String...) -> Self {
        .integer(name) { Int64($0.object.given(path)?.count ?? 0) }
    }

    /// Names and images of the containers of the pod template at a path, as two columns.
    static func containers(priority: Int = 1, in template: String...) -> [Self] {
        let path = template + ["spec", "containers"]
        return [
            .text("Containers", priority: priority) { containerTexts("name", in: $0.object.given(path)) },
            .text("Images", priority: priority) { containerTexts("image", in: $0.object.given(path)) },
        ]
    }

    /// The label selector at a path, for `-o wide`.
    static func selector(at path: String...) -> Self {
        .text("Selector", priority: 1) { labelSelectorText($0.object.given(path)) }
    }
}

private func containerTexts(_ name: String, in containers: Value?) -> String {
    (containers?.elements ?? []).map { $0.text(name) }.joined(separator: ",")
}

extension ObjectTable {
    /// What the API server shows of kinds without columns of their own.
    ///
    /// Source: kubernetes/apiserver `pkg/registry/rest/table.go`.
    static let createdAt = ObjectTable([
        .name,
        TableColumn("Created At", type: "date") {
            let created = $0.object.given("metadata", "creationTimestamp")?.string
            return .text(created ?? "0001-01-01T00:00:00Z")
        },
    ])

    /// Name and age alone.
    static let nameAndAge = ObjectTable([.name, .age])
}
