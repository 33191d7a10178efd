import EtcdStorage
public import KubernetesCodec

/// An object that is to be described, by what others know it as.
public struct DescribedObject: Sendable {
    public let object: StoredObject
    let uid: String
    let kind: String
    let namespace: String
    let name: String
    let owners: [OwnerReference]

    public init(_ object: StoredObject, _ value: Value) {
        self.object = object
        self.uid = value["metadata", "uid"]?.string ?? ""
        self.kind = value["kind"]?.string ?? ""
        self.namespace = value["metadata", "namespace"]?.string ?? ""
        self.name = value["metadata", "name"]?.string ?? ""
        self.owners = OwnerReference.all(of: value)
    }
}

/// Finds what belongs to some objects among all others: what they own, the events about them, and the
/// EndpointSlices of Services.
public struct RelationFinder: Sendable {
    private struct Name: Hashable {
        var kind: String
        var namespace: String
        var name: String
    }

    private var byUID: [String: [Int]] = [:]
    private var byName: [Name: [Int]] = [:]

    /// - Parameter objects: What belongs to these is found, by their index.
    public init(for objects: [DescribedObject]) {
        for (index, object) in objects.enumerated() {
            if !object.uid.isEmpty { self.byUID[object.uid, default: []].append(index) }
            let name = Name(kind: object.kind, namespace: object.namespace, name: object.name)
            self.byName[name, default: []].append(index)
        }
    }

    /// The UIDs of the objects.
    var uids: [String] { Array(self.byUID.keys) }

    /// The names of the objects.
    var names: Set<String> { Set(self.byName.keys.map(\.name)) }

    /// Adds what `value` is to the objects, if anything.
    public func add(_ object: StoredObject, _ value: Value, to relations: inout Relations) {
        for reference in value["metadata", "ownerReferences"]?.elements ?? [] {
            for index in self.byUID[reference["uid"]?.string ?? ""] ?? [] {
                relations.found.append(Relation(described: index, role: .owned, object: object))
            }
        }
        switch value["kind"]?.string {
        case "Event":
            for index in self.regarded(by: value) {
                relations.found.append(Relation(described: index, role: .event, object: object))
            }
        case "EndpointSlice":
            guard let service = value["metadata", "labels", "kubernetes.io/service-name"]?.string else {
                return
            }
            let namespace = value["metadata", "namespace"]?.string ?? ""
            for index in self.byName[Name(kind: "Service", namespace: namespace, name: service)] ?? [] {
                relations.found.append(Relation(described: index, role: .endpointSlice, object: object))
            }
        default: break
        }
    }

    /// The objects that an event is about: by their UID, and without one by kind and name.
    ///
    /// Kubelets name a node by its name where others have its UID.
    private func regarded(by event: Value) -> [Int] {
        guard let target = event["involvedObject"] ?? event["regarding"] else { return [] }
        let uid = target["uid"]?.string ?? ""
        if let found = self.byUID[uid] { return found }
        let name = target["name"]?.string ?? ""
        guard uid.isEmpty || uid == name else { return [] }
        let kind = target["kind"]?.string ?? ""
        return self.byName[Name(kind: kind, namespace: target["namespace"]?.string ?? "", name: name)] ?? []
    }
}

extension RelationFinder {
    /// More texts than these are not looked for in every value: decoding them all is as quick then.
    private static let textLimit = 16

    /// Those of `objects` that can belong to the described ones.
    ///
    /// What belongs to an object has its UID in it, as text in every encoding; an event may have its name alone,
    /// and an EndpointSlice its Service's. So few values have to be decoded. Encrypted ones are all taken.
    public func candidates(among objects: [StoredObject], in registry: Registry) -> [StoredObject] {
        let uids = self.uids.map(TextSearch.init)
        let names = self.names.map(TextSearch.init)
        guard uids.count + names.count <= Self.textLimit else { return objects }
        let namesMatter = registry.resources.map { $0.kind == "Event" || $0.kind == "EndpointSlice" }
        return objects.filter { object in
            let canBelong = try? registry.keyspace.withRecord(of: object.key) { _, value in
                if EncryptedValue(value) != nil { return true }
                if uids.contains(where: { $0.matches(in: value) }) { return true }
                let resource = registry.runs[object.run].directory?.resource
                guard resource.map({ namesMatter[$0] }) ?? true else { return false }
                return names.contains { $0.matches(in: value) }
            }
            return canBelong ?? true
        }
    }
}

/// What belongs to the described objects, by where it lies.
public struct Relations: Sendable {
    fileprivate(set) var found: [Relation] = []

    public init() {}

    public mutating func append(_ other: Relations) {
        self.found += other.found
    }

    /// What belongs to each of `count` objects.
    public func byObject(count: Int) -> [[Relation]] {
        var byObject = [[Relation]](repeating: [], count: count)
        for relation in self.found { byObject[relation.described].append(relation) }
        return byObject
    }
}

/// That an object belongs to a described one.
public struct Relation: Sendable {
    enum Role: UInt8, Sendable {
        case owned
        case event
        case endpointSlice
    }

    /// Index of the described object.
    var described: Int
    var role: Role
    var object: StoredObject
}
