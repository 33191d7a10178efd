/// Which words of a directory below a root say what; behind them come a namespace, if there is one, and the name.
///
///     directory                                                  written by
///     <prefix>/                                                  kube-apiserver, for what is built in
///     <group>/<plural>/                                          kube-apiserver, for custom resources
///     <server>/[…/]<group>/<plural>/                             an aggregated API server with a prefix of its own
///     <group>/<plural>/<cluster>/                                kcp, for what is built in; `core` is the group ""
///     <group>/<plural>/customresources/<cluster>/                kcp, for custom resources
///     <group>/<plural>/<identity of an export>/<cluster>/        kcp, for resources of an API that is bound
///
/// Plurals, namespaces and logical clusters hold no dot; groups do, but for some of the built-in ones.
///
/// Source: kubernetes/apiserver `pkg/server/options/etcd.go`, `SimpleStorageFactory`; kubernetes/sample-apiserver
/// `pkg/cmd/server/start.go`; kcp-dev/kcp `docs/content/concepts/etcd-structure.md`; kcp-dev/kubernetes
/// `staging/src/k8s.io/apiserver/pkg/server/storage/storage_factory.go`, `ResourcePrefix`.
struct KeyLayout {
    /// Index of the group's word; nil when the key does not tell the group.
    var group: Int?
    /// Index of the plural.
    var plural: Int
    /// Index of the logical cluster; nil for keys that are not kcp's.
    var cluster: Int?

    /// Index of the last word that all keys of the resource have.
    var lastOfResource: Int { self.cluster ?? self.plural }

    private init(group: Int?, plural: Int, cluster: Int? = nil) {
        self.group = group
        self.plural = plural
        self.cluster = cluster
    }
}

// MARK: By the key alone

extension KeyLayout {
    /// Reads a directory by the rules above; nil when they leave a choice.
    ///
    /// - Parameters:
    ///   - words: Those of the directory; the first is not empty.
    ///   - builtIn: The built-in resource of a group's word and a plural.
    init?(of words: [ArraySlice<UInt8>], builtIn: (_ group: Int, _ plural: Int) -> Resource?) {
        let dotted = Self.lastGroup(of: words)
        let group = dotted ?? 0
        if words.count > group + 1, let resource = builtIn(group, group + 1) {
            self.init(builtIn: resource, group: group, in: words)
        } else if let dotted {
            self.init(group: dotted, in: words)
        } else if words.count == 1 {
            self.init(group: nil, plural: 0)
        } else {
            return nil
        }
    }

    /// What is taken where neither the rules nor an object tell: the first words, as a kube-apiserver would mean them.
    init(byShapeOf words: [ArraySlice<UInt8>]) {
        let isCustom = words.count > 1 && words[0].isGroup && !words[1].isEmpty
        let group = Self.lastGroup(of: words) ?? (isCustom ? 0 : nil)
        self.init(group: group, plural: group.map { $0 + 1 } ?? 0)
    }

    private init?(builtIn resource: Resource, group: Int, in words: [ArraySlice<UInt8>]) {
        let plain = KeyLayout(group: group, plural: group + 1)
        if let cluster = plain.boundCluster(in: words) {
            self.init(group: group, plural: group + 1, cluster: cluster)
            return
        }
        let further = words.count - group - 2 - (resource.scope == .cluster ? 0 : 1)
        guard further <= 1 else { return nil }
        self.init(group: group, plural: group + 1, cluster: further == 1 ? group + 2 : nil)
    }

    private init?(group: Int, in words: [ArraySlice<UInt8>]) {
        let plain = KeyLayout(group: group, plural: group + 1)
        let cluster = plain.boundCluster(in: words)
        guard cluster != nil || words.count <= group + 3 else { return nil }
        self.init(group: group, plural: group + 1, cluster: cluster)
    }

    /// Index of the logical cluster, where the word before it says that it is one.
    private func boundCluster(in words: [ArraySlice<UInt8>]) -> Int? {
        let binding = self.plural + 1
        guard binding + 1 < words.count, binding + 3 >= words.count, words[binding].isBinding else {
            return nil
        }
        return binding + 1
    }

    /// Index of the last group that a plural follows.
    private static func lastGroup(of words: [ArraySlice<UInt8>]) -> Int? {
        words.indices.dropLast().last { index in
            words[index].isGroup && !words[index + 1].isEmpty && !words[index + 1].isGroup
        }
    }
}

// MARK: By an object

extension KeyLayout {
    /// Reads a directory by what one of its objects says of itself; nil when the two do not fit.
    init?(of words: [ArraySlice<UInt8>], holding object: ObjectIdentity) {
        var end = words.count
        if !object.namespace.isEmpty {
            guard end > 1, words[end - 1].elementsEqual(object.namespace.utf8) else { return nil }
            end -= 1
        }
        let groupWord = object.group.isEmpty ? Self.coreGroup : object.group
        let group = words[..<(end - 1)].lastIndex { $0.elementsEqual(groupWord.utf8) }
        let plural = group.map { $0 + 1 } ?? end - 1
        guard !words[plural].isEmpty, !words[plural].isGroup else { return nil }
        guard let group else {
            self.init(group: nil, plural: plural)
            return
        }
        // A logical cluster, and perhaps what binds it.
        let between = end - group - 2
        guard between <= 2 else { return nil }
        self.init(group: group, plural: plural, cluster: between == 0 ? nil : end - 1)
    }

    /// The most words of a directory that are looked at; no API server writes as many.
    static let wordLimit = 16

    /// How kcp writes the group that has no name.
    static let coreGroup = "core"
}

extension ArraySlice<UInt8> {
    /// Whether a word can only be a group, or the name of a server.
    fileprivate var isGroup: Bool { self.contains(UInt8(ascii: ".")) }

    /// Whether a word stands before kcp's logical clusters: `customresources`, or the identity of an APIExport, a
    /// SHA-256 in hexadecimal digits.
    fileprivate var isBinding: Bool {
        self.elementsEqual("customresources".utf8)
            || self.count == 64
                && self.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
