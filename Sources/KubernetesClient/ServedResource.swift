/// A resource as an API server says that it serves it.
public struct ServedResource: Hashable, Sendable {
    /// "" for core.
    public var group: String
    public var version: String
    public var plural: String

    /// `/api/v1/pods`, `/apis/apps/v1/deployments`: the objects of all namespaces.
    var path: String {
        (self.group.isEmpty ? "/api/" : "/apis/\(self.group)/") + "\(self.version)/\(self.plural)"
    }
}

extension APIServerClient {
    /// Asks what can be listed: each resource in the version that the server prefers.
    ///
    /// A version of a group that the server names and says nothing of, as that of an aggregated server that is
    /// away, is left out.
    ///
    /// Source: kubernetes/apimachinery `pkg/apis/meta/v1/types.go` (`APIGroupList`, `APIResourceList`).
    ///
    /// - Throws: `APIServerError`.
    public func servedResources() async throws -> [ServedResource] {
        var served: [ServedResource] = []
        var known: Set<[String]> = []
        let groups = try await self.json(GroupList.self, at: "/apis", as: Self.plainJSON).groups ?? []
        for group in [Group.core] + groups {
            for version in group.versionsByPreference {
                let path = group.name.isEmpty ? "/api/\(version)" : "/apis/\(group.name)/\(version)"
                let list: ResourceList
                do {
                    list = try await self.json(ResourceList.self, at: path, as: Self.plainJSON)
                } catch let error as APIServerError {
                    guard case .refused = error.reason, !group.name.isEmpty else { throw error }
                    continue
                }
                for resource in list.resources ?? [] where resource.canBeListed {
                    guard known.insert([group.name, resource.name]).inserted else { continue }
                    served.append(ServedResource(group: group.name, version: version, plural: resource.name))
                }
            }
        }
        return served
    }

    private static let plainJSON = "application/json"
}

private struct GroupList: Decodable {
    var groups: [Group]?
}

private struct Group: Decodable {
    struct Version: Decodable {
        var version: String
    }

    var name: String
    var versions: [Version]
    var preferredVersion: Version?

    static let core = Group(name: "", versions: [Version(version: "v1")])

    var versionsByPreference: [String] {
        let first = self.preferredVersion.map { [$0.version] } ?? []
        return first + self.versions.map(\.version).filter { !first.contains($0) }
    }
}

private struct ResourceList: Decodable {
    struct Resource: Decodable {
        var name: String
        var verbs: [String]?

        /// Subresources have a slash in their names.
        var canBeListed: Bool {
            !self.name.contains("/") && self.verbs?.contains("list") == true
        }
    }

    var resources: [Resource]?
}
