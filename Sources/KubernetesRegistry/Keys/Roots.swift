/// Finds the parts of keys that API servers were told with `--etcd-prefix`.
enum Roots {
    /// Roots that are looked for by name: Kubernetes' default, and OpenShift's two.
    static let wellKnown = ["/registry", "/kubernetes.io", Catalogue.openShiftRoot]

    /// The most other roots that are taken from a store, the shortest ones; keys below the rest stay, as keys outside
    /// of any root.
    private static let limit = 64

    /// A key that ends as the one of the namespace `default` below a root.
    struct DefaultNamespace {
        var root: String
        /// Its position in the keyspace.
        var position: Int
        /// Where its name begins, in bytes from the key's start.
        var nameOffset: Int
    }

    /// The roots of a store, well-known ones first; `/registry` when there is no sign of any.
    ///
    /// Every Kubernetes has a namespace `default`, so what stands before `/namespaces/default` is a root. Below another
    /// root it is one when the object is that namespace: a config map `default` in a namespace `namespaces` ends so too.
    /// The empty root hides no other: one key `/namespaces/default` must not take all others out of their resources.
    ///
    /// - Parameters:
    ///   - defaults: The keys that end so.
    ///   - holdsKeys: Whether there are keys below a root.
    ///   - isNamespace: Whether the object at such a key is the namespace.
    /// - Returns: At least one.
    static func find(
        defaults: [DefaultNamespace],
        where holdsKeys: (String) -> Bool,
        isNamespace: (DefaultNamespace) -> Bool
    ) -> [String] {
        let known = Self.wellKnown.filter(holdsKeys)
        var roots = known
        for key in defaults.sorted(by: { ($0.root.utf8.count, $0.root) < ($1.root.utf8.count, $1.root) })
        where !roots.contains(key.root) {
            let isBelow = roots.contains { !$0.isEmpty && "\(key.root)/".hasPrefix("\($0)/") }
            if !isBelow || isNamespace(key) { roots.append(key.root) }
            if roots.count == known.count + Self.limit { break }
        }
        return roots.isEmpty ? [Self.wellKnown[0]] : roots
    }

    /// The root whose namespaces lie at a directory, by its words alone.
    ///
    ///     <root>/namespaces/                            Kubernetes
    ///     <root>/core/namespaces/<logical cluster>/     kcp
    ///
    /// - Returns: Nil for other directories.
    static func root(ofNamespacesAt path: [UInt8]) -> String? {
        if let root = path.before(Self.namespaces) { return String(decoding: root, as: UTF8.self) }
        guard let slash = path.dropLast().lastIndex(of: UInt8(ascii: "/")) else { return nil }
        guard let root = path[...slash].before(Self.namespaces)?.before(Self.core), !root.isEmpty else {
            return nil
        }
        return String(decoding: root, as: UTF8.self)
    }

    private static let namespaces = Array("/namespaces/".utf8)
    private static let core = Array("/\(KeyLayout.coreGroup)".utf8)

    /// A root as keys begin with it: one slash before it, none behind.
    static func normalized(_ prefix: String) -> String {
        prefix.split(separator: "/").map { "/" + $0 }.joined()
    }
}

extension Collection<UInt8> where SubSequence == ArraySlice<UInt8> {
    /// What stands before `ending`; nil when the bytes do not end so.
    fileprivate func before(_ ending: [UInt8]) -> ArraySlice<UInt8>? {
        self.suffix(ending.count).elementsEqual(ending) ? self.dropLast(ending.count) : nil
    }
}
