internal import KubernetesCodec

/// A path of member names with points between them, such as `.spec.replicas`.
struct ColumnPath {
    private let names: [String]

    /// Throws for any other path.
    init(_ text: String) throws(PathError) {
        guard text.hasPrefix("."), !text.contains(where: { "[]()@*\\'\"".contains($0) }) else {
            throw PathError()
        }
        self.names = text.split(separator: ".").map(String.init)
    }

    func values(in value: Value) -> [Value] {
        self.names.reduce(Optional(value)) { $0?[$1] }.map { [$0] } ?? []
    }
}

struct PathError: Error {}
