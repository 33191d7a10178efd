/// What was typed for a resource is not the name of one.
public struct UnknownResource: Error, Hashable, Sendable {
    public var asked: String
    /// The names that come nearest, best first; empty when none is near.
    public var nearest: [String]

    public init(asked: String, nearest: [String]) {
        self.asked = asked
        self.nearest = nearest
    }
}

extension Registry {
    /// The resources that `typed` means, read as kubectl reads it.
    ///
    /// Plural, singular, short name or kind in any case, each also as `name.group`, `name.version.group`
    /// and with the group's beginning alone; or a category such as `all`. Built-in resources go before
    /// custom ones. Several resources come back for a category, and where several roots hold the same.
    ///
    /// - Throws: ``UnknownResource`` when nothing is called so.
    public func resources(named typed: String) throws(UnknownResource) -> [Resource] {
        for name in TypedName.readings(of: typed.lowercased()) {
            let candidates = self.resources.filter { name.matches($0) }
            if let best = self.best(of: candidates) {
                return candidates.filter { $0.plural == best.plural && $0.group == best.group }
            }
        }
        let category = typed.lowercased()
        let members = self.resources.filter { $0.categories.contains(category) }
        guard members.isEmpty else { return members }
        throw UnknownResource(asked: typed, nearest: self.names(near: typed.lowercased()))
    }

    private func best(of candidates: [Resource]) -> Resource? {
        candidates.min { left, right in
            let (one, other) = (self.rank(of: left), self.rank(of: right))
            return one != other ? one < other : left.qualifiedName < right.qualifiedName
        }
    }

    /// Lower is better; a rare resource that is there counts as usual.
    private func rank(of resource: Resource) -> Int {
        let isUsed = resource.origin == .rare && self.holds(resource)
        return isUsed ? Resource.Origin.usual.rawValue : resource.origin.rawValue
    }

    private func holds(_ resource: Resource) -> Bool {
        self.indices[resource]?.contains { !self.groups.isEmpty($0) } ?? false
    }
}

extension Registry {
    /// The names of resources that a typed name probably means, best first, three at most.
    func names(near typed: String) -> [String] {
        let typed = Array(typed.utf8.prefix(64))
        let limit = max(1, typed.count / 3)
        var best: [String: Int] = [:]
        for resource in self.resources where resource.origin != .otherKeys {
            let kind = resource.kind.lowercased()
            let names = [resource.plural, resource.singular, resource.qualifiedName, kind]
            let distances = names.filter { !$0.isEmpty }.map { editDistance(typed, Array($0.utf8)) }
            guard let distance = distances.min(), distance <= limit else { continue }
            best[resource.qualifiedName] = min(distance, best[resource.qualifiedName] ?? .max)
        }
        return best.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(3).map(\.key)
    }
}

/// How many letters have to be put in, taken out or replaced to make one word of the other.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let replaced = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[right.count]
}

/// One way to read what was typed; everything in lower case.
private struct TypedName {
    var name: String
    /// The group; nil when none was typed.
    var group: String?
    var matchesGroupBeginning = false

    /// The readings of a typed name, in the order in which kubectl tries them.
    static func readings(of typed: String) -> [TypedName] {
        let parts = typed.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return [TypedName(name: typed)] }
        var groups = [String(parts[1])]
        let further = parts[1].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        if let version = further.first, isVersion(version) {
            groups.insert(further.count == 2 ? String(further[1]) : "", at: 0)
        }
        let exact = groups.map { TypedName(name: String(parts[0]), group: $0) }
        let beginnings = groups.filter { !$0.isEmpty }.map {
            TypedName(name: String(parts[0]), group: $0, matchesGroupBeginning: true)
        }
        return exact + beginnings
    }

    func matches(_ resource: Resource) -> Bool {
        guard !self.name.isEmpty, self.matchesGroup(of: resource) else { return false }
        return resource.plural.lowercased() == self.name || resource.singular.lowercased() == self.name
            || resource.shortNames.contains { $0.lowercased() == self.name }
            || resource.kind.lowercased() == self.name
    }

    private func matchesGroup(of resource: Resource) -> Bool {
        guard let group = self.group else { return true }
        let groups = [resource.group] + resource.otherGroups
        return groups.contains { self.matchesGroupBeginning ? $0.hasPrefix(group) : $0 == group }
    }
}

/// Whether a word is an API version: `v1`, `v2beta1`.
private func isVersion(_ word: Substring) -> Bool {
    word.wholeMatch(of: #/v[0-9]+((alpha|beta)[0-9]+)?/#) != nil
}
