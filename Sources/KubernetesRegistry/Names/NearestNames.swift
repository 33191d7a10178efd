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
