public import EtcdStorage
public import KubernetesCodec

/// Puts the descriptions of some objects together, one at a time.
public struct Describer {
    private let registry: Registry
    private let leases: [Int64: Lease]
    private let owners: OwnerChains
    private var reader: ObjectReader

    /// Events of one object that are shown.
    private static let eventLimit = 200
    /// EndpointSlices of one Service that are shown; each has up to 1000 endpoints.
    private static let endpointSliceLimit = 200

    /// - Parameters:
    ///   - objects: Everything that will be described.
    ///   - registry: Where it lies.
    ///   - leases: What the source says of leases.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    public init(
        for objects: [DescribedObject],
        in registry: Registry,
        leases: [Lease],
        decryption: Decryption?
    ) {
        self.registry = registry
        self.leases = Dictionary(leases.map { ($0.id, $0) }) { first, _ in first }
        self.owners = OwnerChains(of: objects, in: registry, decryption: decryption)
        self.reader = ObjectReader(of: registry, decryption: decryption, hidesManagedFields: false)
    }

    /// Describes an object.
    ///
    /// - Parameters:
    ///   - described: One of those that the describer was made for.
    ///   - relations: What belongs to it.
    /// - Returns: What is known of it.
    /// - Throws: `.badKeyValue` when its record is damaged.
    public mutating func describe(
        _ described: DescribedObject,
        _ relations: [Relation]
    ) throws(StorageError) -> ObjectDescription {
        let read = try self.reader.read(described.object)
        var description = ObjectDescription(
            object: self.reader.document.root,
            resource: self.registry.resource(of: described.object),
            name: self.registry.name(of: described.object),
            key: self.registry.key(of: described.object),
            read: read
        )
        description.namespace = self.registry.namespace(of: described.object)
        description.lease = self.leases[read.metadata.lease]
        description.owners = self.owners.links(of: described)
        description.owned = self.owned(relations.filter { $0.role == .owned })
        let events = relations.filter { $0.role == .event }
        description.eventCount = events.count
        description.events = try self.events(events)
        let slices = relations.filter { $0.role == .endpointSlice }
        description.endpointSliceCount = slices.count
        for relation in slices.prefix(Self.endpointSliceLimit) {
            if let slice = try self.value(of: relation.object) { description.endpointSlices.append(slice) }
        }
        return description
    }

    private func owned(_ relations: [Relation]) -> [OwnedObjects] {
        var owned: [OwnedObjects] = []
        for relation in relations {
            guard let resource = self.registry.resource(of: relation.object) else { continue }
            if owned.last?.resource != resource { owned.append(OwnedObjects(resource: resource)) }
            let last = owned.count - 1
            owned[last].count += 1
            guard owned[last].names.count < OwnedObjects.nameLimit else { continue }
            owned[last].names.append(self.registry.name(of: relation.object))
        }
        return owned
    }

    /// The events in order of time; of very many, those that were changed last.
    private mutating func events(_ relations: [Relation]) throws(StorageError) -> [Value] {
        var objects = relations.map(\.object)
        if objects.count > Self.eventLimit {
            let revisions = objects.map { self.registry.keyspace.modRevision(of: $0.key) }
            objects = zip(objects, revisions).sorted { $0.1 > $1.1 }.prefix(Self.eventLimit).map(\.0)
        }
        var events: [Value] = []
        for object in objects {
            if let event = try self.value(of: object) { events.append(event) }
        }
        return events.map { ($0, lastTime(of: $0)) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private mutating func value(of object: StoredObject) throws(StorageError) -> Value? {
        try self.reader.read(object).problem == nil ? self.reader.document.root : nil
    }
}

/// When an event was seen last, in seconds since 1970.
private func lastTime(of event: Value) -> Int64 {
    let texts = [
        event["series", "lastObservedTime"], event["lastTimestamp"], event["deprecatedLastTimestamp"],
        event["eventTime"], event["firstTimestamp"], event["metadata", "creationTimestamp"],
    ]
    return texts.lazy.compactMap { $0?.string.flatMap { rfc3339Time($0)?.seconds } }.first ?? 0
}
