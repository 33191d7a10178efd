/// Finds the parts of keys that API servers were told with `--etcd-prefix`.
enum Roots {
    /// Roots that are looked for by name: Kubernetes' default, and OpenShift's two.
    static let wellKnown = ["/registry", "/kubernetes.io", Catalogue.openShiftRoot]

    /// The most other roots that are taken from a store, the shortest ones; keys below the rest stay, as keys outside
    /// of any root.
    private static let limit = 64

    /// The roots of a store, well-known ones first; `/registry` when there is no sign of any.
    ///
    /// Every Kubernetes has a namespace `default`, so what stands before `/namespaces/default` is a root,
    /// unless it lies below another: a config map `default` in a namespace `namespaces` ends so too. The empty
    /// root hides no other: one key `/namespaces/default` must not take all others out of their resources.
    ///
    /// - Parameters:
    ///   - defaults: The directories in which a key named `default` was found.
    ///   - holdsKeys: Whether there are keys below a root.
    /// - Returns: At least one.
    static func find(defaults: [String], where holdsKeys: (String) -> Bool) -> [String] {
        let ending = "/namespaces/"
        let candidates = defaults.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
        let known = Self.wellKnown.filter(holdsKeys)
        var roots = known
        for candidate in Set(candidates).sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
            let isBelow = roots.contains { !$0.isEmpty && "\(candidate)/".hasPrefix("\($0)/") }
            if !isBelow { roots.append(candidate) }
            if roots.count == known.count + Self.limit { break }
        }
        return roots.isEmpty ? [Self.wellKnown[0]] : roots
    }

    /// A root as keys begin with it: one slash before it, none behind.
    static func normalized(_ prefix: String) -> String {
        prefix.split(separator: "/").map { "/" + $0 }.joined()
    }
}
