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

    /// The resources that a reference may name.
    private struct GroupKind: Hashable {
        var group: String
        var kind: String
    }

    /// Owners above owners that are followed; Kubernetes' own chains have two or three.
    private static let depthLimit = 16

    private var owners: [Place: Owner] = [:]
    private var unknownKinds: Set<Place> = []

    /// Looks for the owners of `objects`, all those of one depth at a time.
    public init(of objects: [DescribedObject], in registry: Registry, decryption: Decryption?) {
        var reader = ObjectReader(of: registry, decryption: decryption, hidesManagedFields: true)
        var resources: [GroupKind: [Resource]] = [:]
        for resource in registry.resources where !resource.kind.isEmpty {
            for group in [resource.group] + resource.otherGroups {
                resources[GroupKind(group: group, kind: resource.kind), default: []].append(resource)
            }
        }
        var asked: Set<Place> = []
        var wanted = Set(
            objects.flatMap { object in
                object.owners.map { Place(of: $0, namespace: object.namespace) }
            }
        )
        for _ in 0..<Self.depthLimit where !wanted.isEmpty {
            asked.formUnion(wanted)
            var next: Set<Place> = []
            for (places, object) in self.find(wanted, among: resources, in: registry) {
                let read = try? reader.read(object)
                let root = reader.document.root
                let owner = Owner(
                    uid: root["metadata", "uid"]?.string ?? "",
                    isReadable: read.map { $0.problem == nil } ?? false,
                    owners: OwnerReference.all(of: root)
                )
                for place in places {
                    self.owners[place] = owner
                    for reference in owner.owners {
                        next.insert(Place(of: reference, namespace: place.namespace))
                    }
                }
            }
            wanted = next.subtracting(asked)
        }
    }

    /// The objects at the places, as far as they are there.
    ///
    /// One object may be at several places: two groups can name it, and objects of two namespaces.
    private mutating func find(
        _ places: Set<Place>,
        among resources: [GroupKind: [Resource]],
        in registry: Registry
    ) -> [(places: [Place], object: StoredObject)] {
        var placesOfKey: [String: [Place]] = [:]
        for place in places {
            let known = resources[GroupKind(group: place.group, kind: place.kind)] ?? []
            if known.isEmpty { self.unknownKinds.insert(place) }
            for resource in known {
                let namespace = resource.scope == .cluster ? "" : place.namespace
                placesOfKey[resource.key(namespace: namespace, name: place.name), default: []].append(place)
            }
        }
        return placesOfKey.compactMap { key, places in registry.object(atKey: key).map { (places, $0) } }
    }

    /// The owners of `object`, each before its own owners; those of an owner that is named twice stand where it
    /// is named first.
    public func links(of object: DescribedObject) -> [OwnerLink] {
        var links: [OwnerLink] = []
        var above: Set<String> = object.uid.isEmpty ? [] : [object.uid]
        var followed: Set<Place> = []
        self.add(object.owners, namespace: object.namespace, depth: 0, &above, &followed, to: &links)
        return links
    }

    private func add(
        _ references: [OwnerReference],
        namespace: String,
        depth: Int,
        _ above: inout Set<String>,
        _ followed: inout Set<Place>,
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
            if state == .present, depth + 1 < Self.depthLimit, let owner = self.owners[place],
                followed.insert(place).inserted
            {
                self.add(owner.owners, namespace: namespace, depth: depth + 1, &above, &followed, to: &links)
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
