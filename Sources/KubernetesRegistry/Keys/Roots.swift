/// Finds the parts of keys that API servers were told with `--etcd-prefix`.
enum Roots {
    /// Roots that are looked for by name: Kubernetes' default, and OpenShift's two.
    static let wellKnown = ["/registry", "/kubernetes.io", Catalogue.openShiftRoot]

    /// The roots of a store, well-known ones first; `/registry` when there is no sign of any.
    ///
    /// Every Kubernetes has a namespace `default`, so what stands before `/namespaces/default` is a root,
    /// unless it lies below another: a config map `default` in a namespace `namespaces` ends so too.
    ///
    /// - Parameters:
    ///   - defaults: The directories in which a key named `default` was found.
    ///   - holdsKeys: Whether there are keys below a root.
    /// - Returns: At least one.
    static func find(defaults: [String], where holdsKeys: (String) -> Bool) -> [String] {
        let ending = "/namespaces/"
        var candidates = defaults.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
        candidates += Self.wellKnown.filter(holdsKeys)
        var roots: [String] = []
        for candidate in Set(candidates).sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
            if !roots.contains(where: { candidate.hasPrefix($0 + "/") }) { roots.append(candidate) }
        }
        guard !roots.isEmpty else { return [Self.wellKnown[0]] }
        let known = Self.wellKnown.filter { roots.contains($0) }
        return known + roots.filter { !known.contains($0) }
    }

    /// A root as keys begin with it: one slash before it, none behind.
    static func normalized(_ prefix: String) -> String {
        prefix.split(separator: "/").map { "/" + $0 }.joined()
    }
}
