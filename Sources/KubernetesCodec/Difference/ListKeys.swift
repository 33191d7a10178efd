/// By which fields the elements of a list are told apart.
///
/// Kubernetes merges such lists by these fields and not by places. The keys are looked up by the list's own name, so
/// that they serve also where a custom resource holds the template of a pod; a list with another meaning of the name
/// lacks the fields, or does not tell its elements by them, and is compared by places.
///
/// Source: kubernetes/api, the markers `+listMapKey` and `patchMergeKey` of the Go types; kubernetes/apimachinery
/// `pkg/apis/meta/v1/types.go`.
enum ListKeys {
    /// A line for each list: its name, then the fields; several lines are tried in their order.
    private static let table = """
        addresses type
        allocatedResourcesStatus name
        claims name
        compositePodGroupTemplates name
        conditions type
        containers name
        devices driver device pool shareID
        devices driver device pool
        drivers name
        env name
        ephemeralContainers name
        hostAliases ip
        hostIPs ip
        imagePullSecrets name
        initContainers name
        matchConditions name
        ownerReferences uid
        podGroupTemplates name
        podIPs ip
        ports containerPort protocol
        ports port protocol
        reservedFor uid
        resourceClaimStatuses name
        resourceClaims name
        resources resourceID
        schedulingGates name
        secrets name
        storageVersions apiServerID
        topologySpreadConstraints topologyKey whenUnsatisfiable
        variables name
        volumeDevices devicePath
        volumeMounts mountPath
        volumes name
        webhooks name
        """

    private static let keys: [String: [[String]]] = {
        var keys: [String: [[String]]] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            keys[words[0], default: []].append(Array(words.dropFirst()))
        }
        return keys
    }()

    /// What is tried for every list: elements of most that have names are told by them.
    private static let usual = [["name"]]

    /// The keys of all elements of two lists.
    ///
    /// - Parameters:
    ///   - name: What the lists are called in the object around them; nil for lists within lists.
    ///   - old: The one list's elements.
    ///   - new: The other's.
    /// - Returns: For each element its keys, which no other of its list has; nil when there are no such keys.
    static func keys(
        ofList name: String?,
        _ old: [Value],
        _ new: [Value]
    ) -> (old: [[FieldPath.ElementKey]], new: [[FieldPath.ElementKey]])? {
        let candidates = (name.flatMap { self.keys[$0] } ?? []) + self.usual
        for fields in candidates {
            guard let left = self.keys(fields, of: old), let right = self.keys(fields, of: new) else {
                continue
            }
            return (left, right)
        }
        return nil
    }

    /// Nil unless every element has all the fields, and no two have the same.
    private static func keys(_ fields: [String], of elements: [Value]) -> [[FieldPath.ElementKey]]? {
        var seen: Set<[FieldPath.ElementKey]> = []
        var keys: [[FieldPath.ElementKey]] = []
        keys.reserveCapacity(elements.count)
        for element in elements {
            var key: [FieldPath.ElementKey] = []
            for field in fields {
                guard let value = element[field]?.scalarText else { return nil }
                key.append(FieldPath.ElementKey(field: field, value: value))
            }
            guard seen.insert(key).inserted else { return nil }
            keys.append(key)
        }
        return keys
    }
}
