import JSONText

/// Where in an object a field lies.
public struct FieldPath: Hashable, Sendable {
    /// One step from a value to a part of it.
    public enum Step: Hashable, Sendable {
        case member(String)
        /// The element of a list whose fields have these values.
        case element([ElementKey])
        /// An element by its place in the list, from 0 on.
        case index(Int)
    }

    /// A field by which an element is told from the others of its list.
    public struct ElementKey: Hashable, Sendable {
        public var field: String
        public var value: String

        public init(field: String, value: String) {
            self.field = field
            self.value = value
        }
    }

    /// From the whole object to the field.
    public var steps: [Step]

    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    func appending(_ step: Step) -> FieldPath { FieldPath(self.steps + [step]) }
}

extension FieldPath: CustomStringConvertible {
    /// `spec.containers[name=web].args[2]`, `metadata.labels["app.kubernetes.io/name"]`; "" for the whole object.
    public var description: String {
        var text = ""
        for step in self.steps {
            switch step {
            case .member(let name) where isPlain(name): text += text.isEmpty ? name : ".\(name)"
            case .member(let name): text += "[\(GoJSON.string(name))]"
            case .element(let keys):
                text += "[" + keys.map { "\($0.field)=\(word($0.value))" }.joined(separator: ",") + "]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

/// A key's value as it is, or in quotes where that would be read otherwise.
private func word(_ value: String) -> String {
    let isWord =
        !value.isEmpty && value.utf8.allSatisfy { isNameByte($0) || "./:@+".utf8.contains($0) }
    return isWord ? value : GoJSON.string(value)
}

private func isPlain(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(isNameByte) }

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
}
