/// The resources that the programs behind a root are known to keep there.
enum Catalogue {
    /// The root of OpenShift's own API servers; all other roots are Kubernetes'.
    static let openShiftRoot = "/openshift.io"

    /// What means one resource, wherever it lies.
    struct Name: Hashable {
        /// "" for the core group.
        var group: String
        var plural: String
    }

    /// Kubernetes' own resources, by each of their groups.
    static let builtIn: [Name: Resource] = {
        var resources: [Name: Resource] = [:]
        for resource in Self.resources(below: "") where resource.origin != .bookkeeping {
            for group in [resource.group] + resource.otherGroups {
                resources[Name(group: group, plural: resource.plural)] = resource
            }
        }
        return resources
    }()

    /// The resources to expect below `root`.
    static func resources(below root: String) -> [Resource] {
        if root == Self.openShiftRoot {
            return self.resources(in: OpenShiftResources.usual, root: root, origin: .usual)
        }
        return self.resources(in: KubernetesResources.usual, root: root, origin: .usual)
            + self.resources(in: KubernetesResources.rare, root: root, origin: .rare)
            + self.resources(in: KubernetesResources.bookkeeping, root: root, origin: .bookkeeping)
    }

    /// Reads a table whose form ``KubernetesResources`` describes; a line of another form is left out.
    static func resources(in table: String, root: String, origin: Resource.Origin) -> [Resource] {
        var groups: [String] = []
        var resources: [Resource] = []
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasSuffix(":") {
                groups = line.dropLast().split(separator: " ").map { $0 == "core" ? "" : String($0) }
            } else if words.count >= 5, let group = groups.first {
                let prefix = words.count > 5 ? String(words[5].dropFirst()) : words[0]
                resources.append(
                    Resource(
                        plural: words[0],
                        group: group,
                        otherGroups: Array(groups.dropFirst()),
                        kind: words[1],
                        singular: words[1].lowercased(),
                        shortNames: list(words[3]),
                        categories: list(words[4]),
                        scope: words[2] == "cluster" ? .cluster : .namespaced,
                        origin: origin,
                        root: root,
                        directory: "\(root)/\(prefix == "group" ? "\(group)/\(words[0])" : prefix)/"
                    )
                )
            }
        }
        return resources
    }
}

private func list(_ word: String) -> [String] {
    word == "-" ? [] : word.split(separator: ",").map(String.init)
}
