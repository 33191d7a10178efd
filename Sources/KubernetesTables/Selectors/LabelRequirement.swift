/// What a selector asks of one label.
public struct LabelRequirement: Hashable, Sendable {
    public enum Operation: Hashable, Sendable {
        case exists
        case isMissing
        /// One of the values; they are in order and each is there once.
        case isIn([String])
        /// None of the values, or no such label.
        case isNotIn([String])
        case equals(String)
        /// Another value, or no such label.
        case differs(String)
        case isGreater(Int64)
        case isLess(Int64)
    }

    public var key: String
    public var operation: Operation

    public init(_ key: String, _ operation: Operation) {
        self.key = key
        self.operation = operation
    }

    /// Whether a label with that value, or a missing one, is as asked.
    public func matches(_ value: String?) -> Bool {
        switch self.operation {
        case .exists: value != nil
        case .isMissing: value == nil
        case .isIn(let values): value.map(values.contains) ?? false
        case .isNotIn(let values): value.map { !values.contains($0) } ?? true
        case .equals(let wanted): value == wanted
        case .differs(let unwanted): value != unwanted
        case .isGreater(let limit): value.flatMap { Int64($0) }.map { $0 > limit } ?? false
        case .isLess(let limit): value.flatMap { Int64($0) }.map { $0 < limit } ?? false
        }
    }
}

extension LabelRequirement: CustomStringConvertible {
    /// As Kubernetes writes it: `a=b`, `a in (b,c)`, `!a`.
    public var description: String {
        switch self.operation {
        case .exists: self.key
        case .isMissing: "!" + self.key
        case .isIn(let values): "\(self.key) in (\(values.joined(separator: ",")))"
        case .isNotIn(let values): "\(self.key) notin (\(values.joined(separator: ",")))"
        case .equals(let value): "\(self.key)=\(value)"
        case .differs(let value): "\(self.key)!=\(value)"
        case .isGreater(let limit): "\(self.key)>\(limit)"
        case .isLess(let limit): "\(self.key)<\(limit)"
        }
    }
}
