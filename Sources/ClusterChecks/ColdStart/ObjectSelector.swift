import KubernetesCodec

/// A label selector as objects hold it: `{matchLabels, matchExpressions}`.
struct ObjectSelector: Hashable, Sendable {
    private struct Requirement: Hashable, Sendable {
        var key: String
        var negated: Bool
        /// nil asks for the key alone.
        var values: [String]?
    }

    private var requirements: [Requirement] = []

    /// Reads a selector; a missing one, and an empty one, selects everything.
    init(_ selector: Value?) {
        for (key, value) in selector?["matchLabels"]?.members ?? [] {
            self.requirements.append(Requirement(key: key, negated: false, values: [value.string ?? ""]))
        }
        for expression in selector?["matchExpressions"]?.elements ?? [] {
            let operation = expression["operator"]?.string ?? ""
            let values = expression["values"]?.elements.compactMap(\.string)
            self.requirements.append(
                Requirement(
                    key: expression["key"]?.string ?? "",
                    negated: operation == "NotIn" || operation == "DoesNotExist",
                    values: operation == "In" || operation == "NotIn" ? values ?? [] : nil
                )
            )
        }
    }

    /// Whether an object with these labels is selected; when they are not known, whether every object is.
    func matches(_ labels: [String: String]?) -> Bool {
        guard let labels else { return self.requirements.isEmpty }
        return self.requirements.allSatisfy { requirement in
            let value = labels[requirement.key]
            guard let values = requirement.values else { return (value != nil) != requirement.negated }
            return value.map { values.contains($0) } ?? false != requirement.negated
        }
    }
}
