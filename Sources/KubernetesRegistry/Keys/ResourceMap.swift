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
    /// Those of the resources that are built in or defined.
    private var known: [[UInt8]: Int] = [:]
    /// What is known of resources that lie in other directories too, by group and plural.
    private var templates = Catalogue.builtIn
    /// Indices of the resources that an object told, not a key.
    private var toldByObjects: Set<Int> = []

    init(roots: [String]) {
        self.roots = roots.map { ($0, Array($0.utf8) + [slash]) }.sorted { $0.1.count > $1.1.count }
        for root in roots {
            for resource in Catalogue.resources(below: root) { self.addKnown(resource) }
        }
    }

    /// Adds a resource that is built in or defined, unless another lies in the same directory.
    mutating func addKnown(_ resource: Resource) {
        let index = self.add(resource)
        self.known[Array(resource.directory.utf8)] = index
    }

    /// Notes what is known of a resource wherever it lies, unless that is known.
    mutating func addTemplate(_ resource: Resource) {
        let name = Catalogue.Name(group: resource.group, plural: resource.plural)
        if self.templates[name] == nil { self.templates[name] = resource }
    }

    /// Adds a resource, unless another lies in the same directory.
    private mutating func add(_ resource: Resource) -> Int {
        let directory = Array(resource.directory.utf8)
        if let known = self.byDirectory[directory] { return known }
        self.resources.append(resource)
        self.byDirectory[directory] = self.resources.count - 1
        return self.resources.count - 1
    }

    /// What a directory holds; `path` ends in a slash, or is empty for keys without any.
    ///
    /// The longest known beginning decides, then the rules of ``KeyLayout``. Where these leave a choice, an object of
    /// the directory is asked; what nobody knows is shown by its own words.
    ///
    /// - Parameters:
    ///   - path: The directory.
    ///   - identity: What one of the directory's objects says of itself.
    /// - Returns: The resource and namespace of the directory's keys.
    mutating func objectDirectory(
        at path: [UInt8],
        identity: () -> ObjectIdentity? = { nil }
    ) -> ObjectDirectory {
        guard let root = self.root(of: path) else { return self.directoryOutsideRoots(path) }
        let start = root.utf8.count + 1
        let words = path[start...].split(separator: slash, omittingEmptySubsequences: false).dropLast()
        if let known = self.knownResource(of: words, in: path) {
            return self.objectDirectory(of: known, path: path)
        }
        guard let first = words.first, !first.isEmpty else {
            return self.unclassified(Array(path[..<start]), root: root)
        }
        return self.objectDirectory(of: Array(words), in: path, root: root, identity)
    }

    /// The known resource whose directory a path begins with; nil when there is none, or when the path is kcp's, which
    /// keeps built-in and custom resources of all logical clusters behind the same words.
    private func knownResource(of words: ArraySlice<ArraySlice<UInt8>>, in path: [UInt8]) -> Int? {
        for count in [2, 1] where words.count >= count {
            let beginning = Array(path[..<words[count - 1].endIndex]) + [slash]
            guard let index = self.known[beginning] else { continue }
            let mayBeOfManyClusters = count == 2 && words.count > 2 && words[0].contains(UInt8(ascii: "."))
            guard mayBeOfManyClusters else { return index }
            let resource = self.resources[index]
            let layout = KeyLayout(of: Array(words)) { group, _ in
                group == 0 && resource.origin != .definition ? resource : nil
            }
            return layout?.cluster == nil ? index : nil
        }
        return nil
    }

    private mutating func objectDirectory(
        of words: [ArraySlice<UInt8>],
        in path: [UInt8],
        root: String,
        _ identity: () -> ObjectIdentity?
    ) -> ObjectDirectory {
        var layout = KeyLayout(of: words) { group, plural in
            let template = self.template(group: text(words[group]), plural: text(words[plural]))
            return template?.origin == .definition ? nil : template
        }
        var object: ObjectIdentity?
        if layout == nil, words.count <= KeyLayout.wordLimit {
            if let told = self.resourceToldByObjects(words, in: path) { return told }
            object = identity()
            layout = object.flatMap { KeyLayout(of: words, holding: $0) }
            if layout == nil { object = nil }
        }
        let found = layout ?? KeyLayout(byShapeOf: words)
        let end = words[found.lastOfResource].endIndex
        let resource = self.resource(
            found,
            of: words,
            root: root,
            directory: text(path[..<end]) + "/",
            object
        )
        let index = self.add(resource)
        if object != nil {
            self.toldByObjects.insert(index)
            // An object of the same resource that tells nothing may have come before.
            if self.resources[index].origin == .otherKeys { self.resources[index] = resource }
        }
        return self.objectDirectory(of: index, path: path, nameOffset: end + 1)
    }

    /// What a directory holds whose resource an object of another directory told.
    private func resourceToldByObjects(_ words: [ArraySlice<UInt8>], in path: [UInt8]) -> ObjectDirectory? {
        guard !self.toldByObjects.isEmpty else { return nil }
        for word in words.reversed() {
            guard let index = self.byDirectory[Array(path[..<word.endIndex]) + [slash]],
                self.toldByObjects.contains(index)
            else { continue }
            return self.objectDirectory(of: index, path: path, nameOffset: word.endIndex + 1)
        }
        return nil
    }

    /// The resource that a layout finds in the words of a directory.
    private func resource(
        _ layout: KeyLayout,
        of words: [ArraySlice<UInt8>],
        root: String,
        directory: String,
        _ object: ObjectIdentity?
    ) -> Resource {
        let plural = text(words[layout.plural])
        var group = layout.group.map { text(words[$0]) } ?? object?.group ?? ""
        if group == KeyLayout.coreGroup { group = "" }
        let isTold = layout.group != nil || object != nil
        var resource = Resource(
            plural: plural,
            group: group,
            kind: object?.kind ?? "",
            singular: object?.kind.lowercased() ?? "",
            origin: isTold ? .customKeys : .otherKeys,
            root: root,
            directory: directory
        )
        if isTold, let template = self.template(group: group, plural: plural) {
            resource = template
            resource.root = root
            resource.directory = directory
            // The same definition may be another in another logical cluster.
            if template.origin == .definition { resource.scope = .byShape }
        }
        resource.logicalCluster = layout.cluster.map { text(words[$0]) } ?? ""
        return resource
    }

    /// What is known of a resource; its group as keys write it.
    private func template(group: String, plural: String) -> Resource? {
        let group = group == KeyLayout.coreGroup ? "" : group
        return self.templates[Catalogue.Name(group: group, plural: plural)]
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

    /// Gives the resources that only keys speak of the scope that all of their keys have.
    mutating func settleScopes(of runs: [KeyRun]) {
        let open = Set(
            self.resources.indices.filter { index in
                let resource = self.resources[index]
                return resource.scope == .byShape
                    && (resource.origin == .customKeys || !resource.logicalCluster.isEmpty)
            }
        )
        guard !open.isEmpty else { return }
        var scopes: [Int: Set<Resource.Scope>] = [:]
        for case let directory? in runs.lazy.map(\.directory) where open.contains(directory.resource) {
            scopes[directory.resource, default: []].insert(
                directory.namespace.isEmpty ? .cluster : .namespaced
            )
        }
        for (index, scopes) in scopes where scopes.count == 1 {
            self.resources[index].scope = scopes.first ?? .byShape
        }
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
