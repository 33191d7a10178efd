extension Resource {
    /// The resource whose object lies at an etcd key, told from the key alone.
    ///
    /// - Returns: Nothing for keys below no root that is known.
    public init?(ofKey key: String) {
        guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        var map = ResourceMap(roots: Roots.wellKnown)
        let placement = map.place(Array(key.utf8[...slash]))
        let resource = map.resources[placement.resource]
        guard resource.root != nil else { return nil }
        self = resource
    }
}
