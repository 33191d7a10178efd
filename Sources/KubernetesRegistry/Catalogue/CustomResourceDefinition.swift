import Foundation

/// What a CustomResourceDefinition says of its resource; the same in v1beta1, as which it is stored, and v1.
///
/// Source: kubernetes/apiextensions-apiserver `pkg/apis/apiextensions/v1beta1/types.go`.
struct CustomResourceDefinition: Decodable {
    var spec: Spec

    struct Spec: Decodable {
        var group: String
        var names: Names
        /// `Cluster` or `Namespaced`; empty or absent in old ones, which means `Namespaced`.
        var scope: String?
    }

    struct Names: Decodable {
        var plural: String
        var singular: String?
        var shortNames: [String]?
        var kind: String
        var categories: [String]?
    }

    /// The directory of all definitions below a root.
    static func directory(below root: String) -> String {
        "\(root)/apiextensions.k8s.io/customresourcedefinitions/"
    }
}

extension Resource {
    /// The custom resource that a stored definition describes.
    ///
    /// A definition that is not JSON (encrypted, CBOR, damaged) leaves what its name says, which is always
    /// `<plural>.<group>`: a resource without kind whose scope the keys show.
    ///
    /// - Returns: Nothing when neither the value nor the name describes one.
    init?(definition value: [UInt8], named name: String, root: String) {
        if value.first == UInt8(ascii: "{"),
            let definition = try? JSONDecoder().decode(CustomResourceDefinition.self, from: Data(value))
        {
            self.init(definition.spec, root: root)
            return
        }
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.init(
            plural: String(parts[0]),
            group: String(parts[1]),
            origin: .definition,
            root: root,
            directory: "\(root)/\(parts[1])/\(parts[0])/"
        )
    }

    private init?(_ spec: CustomResourceDefinition.Spec, root: String) {
        let words = [spec.group, spec.names.plural]
        guard !words.contains(where: { $0.isEmpty || $0.contains("/") }) else { return nil }
        let kind = spec.names.kind
        let singular = spec.names.singular ?? ""
        self.init(
            plural: spec.names.plural,
            group: spec.group,
            kind: kind,
            singular: singular.isEmpty ? kind.lowercased() : singular,
            shortNames: spec.names.shortNames ?? [],
            categories: spec.names.categories ?? [],
            scope: spec.scope == "Cluster" ? .cluster : .namespaced,
            origin: .definition,
            root: root,
            directory: "\(root)/\(spec.group)/\(spec.names.plural)/"
        )
    }
}
