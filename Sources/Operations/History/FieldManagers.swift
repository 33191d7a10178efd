import KubernetesCodec

/// Who changed an object, as its `metadata.managedFields` tell.
///
/// Source: kubernetes-sigs/structured-merge-diff `fieldpath/serialize.go`.
enum FieldManagers {
    /// The managers of a state: of a created object all of them.
    static func all(of object: Value) -> [String] {
        self.names(self.entries(of: object))
    }

    /// The managers whose entries a change added or gave another time; where it did so with none, those that own what it
    /// changed.
    ///
    /// An update that gives fields another value, and takes over none, leaves all entries as they are; and the entry of
    /// one who lost a field to another is shorter, and has its old time.
    static func ofChange(from old: Value, to new: Value, _ difference: ObjectDifference) -> [String] {
        let after = self.entries(of: new)
        let times = Dictionary(self.entries(of: old).map { (identity(of: $0), $0.text("time")) }) {
            first,
            _ in first
        }
        let renewed = after.filter { times[identity(of: $0)] != $0.text("time") }
        if !renewed.isEmpty { return self.names(renewed) }
        let owners = after.filter { entry in
            guard let fields = entry.given("fieldsV1") else { return false }
            return difference.changes.contains { owns(fields, $0.path.steps[...]) }
        }
        return self.names(owners)
    }

    private static func entries(of object: Value) -> [Value] { object.list("metadata", "managedFields") }

    private static func names(_ entries: [Value]) -> [String] {
        var names: [String] = []
        for name in entries.map({ $0.text("manager") }) where !name.isEmpty && !names.contains(name) {
            names.append(name)
        }
        return names
    }
}

private func identity(of entry: Value) -> [String] {
    [entry.text("manager"), entry.text("operation"), entry.text("subresource")]
}

/// Whether a manager's fields hold the one at the end of a path, or something within it.
private func owns(_ fields: Value, _ path: ArraySlice<FieldPath.Step>) -> Bool {
    guard let step = path.first else { return true }
    switch step {
    case .member(let name):
        guard let inner = fields["f:\(name)"] else { return false }
        // A field without parts of its own is owned as a whole.
        return inner.count == 0 || owns(inner, path.dropFirst())
    case .element, .index:
        return fields.members.contains { name, inner in
            !name.hasPrefix("f:") && name != "." && owns(inner, path.dropFirst())
        }
    }
}
