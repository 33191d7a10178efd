public import KubernetesCodec

/// The owners of some objects, their owners, and so on up to the roots.
public struct OwnerChains: Sendable {
    /// What an owner was found to be.
    private struct Owner {
        var uid: String
        var isReadable: Bool
        var owners: [OwnerReference]
    }

    /// Where an owner is looked for.
    private struct Place: Hashable {
        var group: String
        var kind: String
        var namespace: String
        var name: String

        init(of reference: OwnerReference, namespace: String) {
            self.group = reference.group
            self.kind = reference.kind
            self.namespace = namespace
            self.name = reference.name
        }
    }

    /// Owners above owners that are followed; Kubernetes' own chains have two or three.
    private static let depthLimit = 16

    private var owners: [Place: Owner] = [:]
    private var unknownKinds: Set<Place> = []

    /// Looks for the owners of `objects`, all those of one depth at a time.
    public init(of objects: [DescribedObject], in registry: Registry, decryption: Decryption?) {
        var reader = ObjectReader(of: registry, decryption: decryption, hidesManagedFields: true)
        var asked: Set<Place> = []
        var wanted = Set(
            objects.flatMap { object in
                object.owners.map { Place(of: $0, namespace: object.namespace) }
            }
        )
        for _ in 0..<Self.depthLimit where !wanted.isEmpty {
            asked.formUnion(wanted)
            var next: Set<Place> = []
            for (place, object) in self.find(wanted, in: registry) {
                let read = try? reader.read(object)
                let root = reader.document.root
                let owner = Owner(
                    uid: root["metadata", "uid"]?.string ?? "",
                    isReadable: read.map { $0.problem == nil } ?? false,
                    owners: OwnerReference.all(of: root)
                )
                self.owners[place] = owner
                for reference in owner.owners {
                    next.insert(Place(of: reference, namespace: place.namespace))
                }
            }
            wanted = next.subtracting(asked)
        }
    }

    /// The objects at the places, as far as they are there.
    private mutating func find(_ places: Set<Place>, in registry: Registry) -> [(Place, StoredObject)] {
        var placeOfKey: [String: Place] = [:]
        for place in places {
            let resources = registry.resources.filter { resource in
                resource.kind == place.kind
                    && (resource.group == place.group || resource.otherGroups.contains(place.group))
            }
            if resources.isEmpty { self.unknownKinds.insert(place) }
            for resource in resources {
                let namespace = resource.scope == .cluster ? "" : place.namespace
                placeOfKey[resource.key(namespace: namespace, name: place.name)] = place
            }
        }
        return placeOfKey.compactMap { key, place in registry.object(atKey: key).map { (place, $0) } }
    }

    /// The owners of `object`, each before its own owners.
    public func links(of object: DescribedObject) -> [OwnerLink] {
        var links: [OwnerLink] = []
        var above: Set<String> = object.uid.isEmpty ? [] : [object.uid]
        self.add(object.owners, namespace: object.namespace, depth: 0, &above, to: &links)
        return links
    }

    private func add(
        _ references: [OwnerReference],
        namespace: String,
        depth: Int,
        _ above: inout Set<String>,
        to links: inout [OwnerLink]
    ) {
        for reference in references {
            let place = Place(of: reference, namespace: namespace)
            guard above.insert(reference.uid).inserted || reference.uid.isEmpty else {
                links.append(OwnerLink(depth: depth, reference: reference, state: .cyclic))
                continue
            }
            let state = self.state(of: reference, at: place)
            links.append(OwnerLink(depth: depth, reference: reference, state: state))
            if state == .present, depth + 1 < Self.depthLimit, let owner = self.owners[place] {
                self.add(owner.owners, namespace: namespace, depth: depth + 1, &above, to: &links)
            }
            above.remove(reference.uid)
        }
    }

    private func state(of reference: OwnerReference, at place: Place) -> OwnerLink.State {
        guard let owner = self.owners[place] else {
            return self.unknownKinds.contains(place) ? .unknownKind : .absent
        }
        guard owner.isReadable else { return .unreadable }
        return owner.uid == reference.uid ? .present : .replaced
    }
}
