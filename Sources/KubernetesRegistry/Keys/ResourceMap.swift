/// What a directory of keys holds: the objects of one resource in one namespace.
struct ObjectDirectory: Hashable {
    /// Index into ``ResourceMap/resources``.
    var resource: Int
    /// "" for cluster scope.
    var namespace: String
    /// Where an object's name begins, in bytes from the key's start.
    var nameOffset: Int
}

/// Which resource and namespace the keys of each directory belong to.
struct ResourceMap {
    /// The roots, longest first, each with how the keys below it begin.
    private let roots: [(root: String, beginning: [UInt8])]
    /// Known resources first, then those that only keys speak of.
    private(set) var resources: [Resource] = []
    /// Indices into `resources` by ``Resource/directory``.
    private var byDirectory: [[UInt8]: Int] = [:]

    init(roots: [String]) {
        self.roots = roots.map { ($0, Array($0.utf8) + [slash]) }.sorted { $0.1.count > $1.1.count }
        for root in roots {
            for resource in Catalogue.resources(below: root) { self.add(resource) }
        }
    }

    /// Adds a resource, unless another lies in the same directory.
    @discardableResult
    mutating func add(_ resource: Resource) -> Int {
        let directory = Array(resource.directory.utf8)
        if let known = self.byDirectory[directory] { return known }
        self.resources.append(resource)
        self.byDirectory[directory] = self.resources.count - 1
        return self.resources.count - 1
    }

    /// What a directory holds; `path` ends in a slash, or is empty for keys without any.
    ///
    /// The longest known beginning decides. What none knows is shown by its own words.
    mutating func objectDirectory(at path: [UInt8]) -> ObjectDirectory {
        guard let root = self.root(of: path) else { return self.directoryOutsideRoots(path) }
        let start = root.utf8.count + 1
        let words = path[start...].split(separator: slash, omittingEmptySubsequences: false).dropLast()
        for count in [2, 1] where words.count >= count {
            if let index = self.byDirectory[Array(path[..<words[count - 1].endIndex]) + [slash]] {
                return self.objectDirectory(of: index, path: path)
            }
        }
        guard let first = words.first, !first.isEmpty else {
            return self.unclassified(Array(path[..<start]), root: root)
        }
        let isCustom = first.contains(UInt8(ascii: ".")) && words.count > 1 && !words[1].isEmpty
        let end = words[isCustom ? 1 : 0].endIndex
        let resource = Resource(
            plural: text(isCustom ? words[1] : first),
            group: isCustom ? text(first) : "",
            origin: isCustom ? .customKeys : .otherKeys,
            root: root,
            directory: text(path[..<end]) + "/"
        )
        let index = self.add(resource)
        return self.objectDirectory(of: index, path: path, nameOffset: end + 1)
    }

    /// A resource of its own for a key that is not an object in a directory, such as `compact_rev_key`.
    mutating func standaloneDirectory(
        of name: String,
        beside directory: ObjectDirectory
    ) -> ObjectDirectory {
        let neighbour = self.resources[directory.resource]
        self.resources.append(
            Resource(
                plural: name,
                group: "",
                scope: .cluster,
                origin: .bookkeeping,
                root: neighbour.root,
                directory: neighbour.directory
            )
        )
        return ObjectDirectory(
            resource: self.resources.count - 1,
            namespace: "",
            nameOffset: directory.nameOffset
        )
    }

    /// The root that a path lies below, the longest when several do.
    private func root(of path: [UInt8]) -> String? {
        self.roots.first { path.starts(with: $0.beginning) }?.root
    }

    private func objectDirectory(of index: Int, path: [UInt8], nameOffset: Int? = nil) -> ObjectDirectory {
        let resource = self.resources[index]
        let start = nameOffset ?? resource.directory.utf8.count
        let namespace = path[start...].prefix { $0 != slash }
        guard resource.scope != .cluster, namespace.endIndex < path.endIndex else {
            return ObjectDirectory(resource: index, namespace: "", nameOffset: start)
        }
        return ObjectDirectory(
            resource: index,
            namespace: text(namespace),
            nameOffset: namespace.endIndex + 1
        )
    }

    /// Keys of other programs beside the registry, such as k3s' `/bootstrap/…`: named by their first word.
    private mutating func directoryOutsideRoots(_ path: [UInt8]) -> ObjectDirectory {
        let lead = path.first == slash ? 1 : 0
        let word = path.dropFirst(lead).prefix { $0 != slash }
        guard !word.isEmpty else { return self.unclassified(path, root: nil) }
        let resource = Resource(
            plural: text(word),
            group: "",
            scope: .cluster,
            origin: .otherKeys,
            root: nil,
            directory: text(path[..<word.endIndex]) + "/"
        )
        return ObjectDirectory(resource: self.add(resource), namespace: "", nameOffset: word.endIndex + 1)
    }

    /// Keys right below a root, or without any slash, of which no more is known.
    private mutating func unclassified(_ path: [UInt8], root: String?) -> ObjectDirectory {
        let resource = Resource(
            plural: Resource.unclassifiedKeys,
            group: "",
            scope: .cluster,
            origin: .otherKeys,
            root: root,
            directory: text(path[...])
        )
        return ObjectDirectory(resource: self.add(resource), namespace: "", nameOffset: path.count)
    }
}

extension Resource {
    /// The resource whose object lies at an etcd key, told from the key alone.
    ///
    /// - Returns: Nil for keys below no root that is known.
    public init?(ofKey key: String) {
        guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        var map = ResourceMap(roots: Roots.wellKnown)
        // The place first: asking for it may add the resource.
        let place = map.objectDirectory(at: Array(key.utf8[...slash])).resource
        let resource = map.resources[place]
        guard resource.root != nil else { return nil }
        self = resource
    }
}

private let slash = UInt8(ascii: "/")

/// The text of bytes; what is not UTF-8 becomes U+FFFD.
private func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
}
