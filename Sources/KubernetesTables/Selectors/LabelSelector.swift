public import KubernetesCodec

/// Selects objects by their labels: `app=web,tier in (front,back),!canary`.
public struct LabelSelector: Hashable, Sendable {
    /// All must be met; in order of their labels' names.
    public let requirements: [LabelRequirement]

    /// Requirements for one label keep the order in which they are given.
    public init(_ requirements: [LabelRequirement]) {
        self.requirements = requirements.enumerated().sorted { left, right in
            if left.element.key == right.element.key { return left.offset < right.offset }
            return left.element.key.utf8.lexicographicallyPrecedes(right.element.key.utf8)
        }.map(\.element)
    }

    /// Reads what follows `-l`.
    public init(_ text: String) throws(SelectorError) {
        var parser = LabelSelectorParser(text)
        try self.init(parser.parse())
    }

    /// Whether an object's labels are as asked.
    public func matches(_ object: Value) -> Bool {
        guard !self.requirements.isEmpty else { return true }
        let labels = object.given("metadata", "labels")
        return self.requirements.allSatisfy { $0.matches(labels?[$0.key]?.scalarText) }
    }
}

extension LabelSelector: CustomStringConvertible {
    public var description: String { self.requirements.map(\.description).joined(separator: ",") }
}

extension LabelSelector {
    /// Reads the selector of an object, such as a Deployment's `spec.selector`; nil when it is invalid.
    ///
    /// Source: kubernetes/apimachinery `pkg/apis/meta/v1/helpers.go`, LabelSelectorAsSelector.
    init?(of selector: Value) {
        var requirements: [LabelRequirement] = []
        for label in selector.given("matchLabels")?.members ?? [] {
            requirements.append(LabelRequirement(label.name, .equals(label.value.scalarText ?? "")))
        }
        for expression in selector.list("matchExpressions") {
            guard let requirement = LabelRequirement(of: expression) else { return nil }
            requirements.append(requirement)
        }
        guard requirements.allSatisfy(\.isValid) else { return nil }
        self.init(requirements)
    }
}

extension LabelRequirement {
    fileprivate init?(of expression: Value) {
        let values = Set(expression.list("values").compactMap(\.scalarText)).sortedByBytes()
        let operation: Operation
        switch expression.text("operator") {
        case "In" where !values.isEmpty: operation = .isIn(values)
        case "NotIn" where !values.isEmpty: operation = .isNotIn(values)
        case "Exists" where values.isEmpty: operation = .exists
        case "DoesNotExist" where values.isEmpty: operation = .isMissing
        default: return nil
        }
        self.init(expression.text("key"), operation)
    }

    fileprivate var isValid: Bool {
        let values: [String] =
            switch self.operation {
            case .isIn(let values), .isNotIn(let values): values
            case .equals(let value), .differs(let value): [value]
            case .exists, .isMissing, .isGreater, .isLess: []
            }
        return LabelSyntax.problem(withKey: self.key) == nil
            && values.allSatisfy { LabelSyntax.problem(withValue: $0) == nil }
    }
}

/// The text of an object's selector.
///
/// - Parameters:
///   - selector: `null` and missing selectors select no object.
///   - none: The text when no label is asked for.
///   - invalid: The text of a selector that the API server would refuse.
/// - Returns: The requirements with commas between them, in order of labels.
func labelSelectorText(_ selector: Value?, none: String = "<none>", invalid: String = "<error>") -> String {
    guard let selector else { return none }
    guard let text = LabelSelector(of: selector)?.description else { return invalid }
    return text.isEmpty ? none : text
}
