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
