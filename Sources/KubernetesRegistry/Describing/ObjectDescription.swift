public import EtcdStorage
public import KubernetesCodec

/// Everything that is known of one object: what it holds, how etcd keeps it, and what belongs to it.
public struct ObjectDescription: Sendable {
    /// The object as an API server shows it; of one that cannot be decoded, what its key says.
    public var object: Value
    public var resource: Resource?
    /// The name, as the key has it.
    public var name: String
    /// The namespace, as the key has it; "" in cluster scope.
    public var namespace = ""
    /// The key in etcd.
    public var key: [UInt8]
    /// Its revisions and lease, and how it was stored.
    public var read: ReadObject
    /// The lease that it goes with, when the source says more of it than its ID.
    public var lease: Lease?
    /// Its owners, each before its own owners.
    public var owners: [OwnerLink] = []
    /// What names it as an owner, by resource.
    public var owned: [OwnedObjects] = []
    /// The events about it, oldest first; the newest of them when there are very many.
    public var events: [Value] = []
    /// How many events about it there are.
    public var eventCount = 0
    /// Of a Service: the EndpointSlices that say where it leads; the first of them when there are very many.
    public var endpointSlices: [Value] = []
    /// How many EndpointSlices it has.
    public var endpointSliceCount = 0

    public init(object: Value, resource: Resource?, name: String, key: [UInt8], read: ReadObject) {
        self.object = object
        self.resource = resource
        self.name = name
        self.key = key
        self.read = read
    }
}

/// Objects of one resource that have the same owner.
public struct OwnedObjects: Sendable {
    public var resource: Resource
    public var count = 0
    /// The names of the first of them, in order of keys.
    public var names: [String] = []

    /// How many names are kept.
    public static let nameLimit = 20

    public init(resource: Resource) {
        self.resource = resource
    }
}

/// One owner on the way from an object up to the root.
public struct OwnerLink: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        /// It is in the source.
        case present
        /// Nothing of that name is in the source.
        case absent
        /// There is an object of that name, but it is another one, made later or before.
        case replaced
        /// It is there, but cannot be decoded, so that its identity is not known.
        case unreadable
        /// Its kind is not known, so that it cannot be looked for.
        case unknownKind
        /// It stands further up already: the owners own each other.
        case cyclic
    }

    /// 0 for the object's own owners, 1 for theirs.
    public var depth: Int
    public var reference: OwnerReference
    public var state: State
}

/// What an object says of an owner in `metadata.ownerReferences`.
public struct OwnerReference: Hashable, Sendable {
    public var apiVersion: String
    public var kind: String
    public var name: String
    public var uid: String
    public var isController: Bool
    /// Whether the owner stays, when it is deleted in the foreground, until this object is gone.
    public var blocksDeletion: Bool

    init(_ value: Value) {
        self.apiVersion = value["apiVersion"]?.string ?? ""
        self.kind = value["kind"]?.string ?? ""
        self.name = value["name"]?.string ?? ""
        self.uid = value["uid"]?.string ?? ""
        self.isController = value["controller"]?.boolean ?? false
        self.blocksDeletion = value["blockOwnerDeletion"]?.boolean ?? false
    }

    /// The references of an object.
    static func all(of object: Value) -> [OwnerReference] {
        object["metadata", "ownerReferences"]?.elements.map(OwnerReference.init) ?? []
    }

    /// The part of the API version before the slash; "" for core.
    var group: String {
        self.apiVersion.contains("/") ? String(self.apiVersion.prefix { $0 != "/" }) : ""
    }
}
