import KubernetesCodec

/// What a CustomResourceDefinition says of its resource; the same in v1beta1, as which it is stored, and v1.
///
/// Source: kubernetes/apiextensions-apiserver `pkg/apis/apiextensions/v1beta1/types.go`.
enum CustomResourceDefinition {
    /// The directory of all definitions below a root.
    static func directory(below root: String) -> String {
        "\(root)/apiextensions.k8s.io/customresourcedefinitions/"
    }

    /// Where below that directory the definitions lie of what a logical cluster of kcp holds; "" for no such cluster.
    ///
    /// Definitions of bound APIs have other names and are not found so.
    ///
    /// Source: kcp-dev/kcp `pkg/server/apiextensions.go`.
    static func clusters(of logicalCluster: String) -> [String] {
        logicalCluster.isEmpty ? [""] : ["\(logicalCluster)/", "system:system-crds/"]
    }
}

extension Resource {
    /// The custom resource that a stored definition describes.
    ///
    /// A definition that cannot be decoded (encrypted, damaged) leaves what its name says, which is always
    /// `<plural>.<group>`: a resource without kind whose scope the keys show.
    ///
    /// - Returns: Nil when neither the value nor the name describes one.
    init?(definition value: RawSpan, named name: String, root: String) {
        var decoder = ObjectDecoder(hidesManagedFields: true)
        if let _ = try? decoder.decode(value, in: 0..<value.byteCount),
            let spec = decoder.document.root["spec"],
            let group = spec["group"]?.string, let plural = spec["names", "plural"]?.string,
            let kind = spec["names", "kind"]?.string
        {
            guard ![group, plural].contains(where: { $0.isEmpty || $0.contains("/") }) else { return nil }
            self.init(plural: plural, group: group, kind: kind, spec, root: root)
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

    private init(plural: String, group: String, kind: String, _ spec: Value, root: String) {
        let singular = spec["names", "singular"]?.string ?? ""
        self.init(
            plural: plural,
            group: group,
            kind: kind,
            singular: singular.isEmpty ? kind.lowercased() : singular,
            shortNames: spec["names", "shortNames"]?.elements.compactMap(\.string) ?? [],
            categories: spec["names", "categories"]?.elements.compactMap(\.string) ?? [],
            scope: spec["scope"]?.string == "Cluster" ? .cluster : .namespaced,
            origin: .definition,
            root: root,
            directory: "\(root)/\(group)/\(plural)/"
        )
    }
}
