/// How large a stored object may be; beyond, it is refused with an error that says which limit it was.
///
/// An API server takes no object above 3 MiB, and etcd no request above 1.5 MiB unless told otherwise.
public enum Limits {
    /// Bytes of one stored value.
    public static let valueByteCount = 8 << 20
    /// Bytes of all text in one decoded object.
    public static let textByteCount = 64 << 20
    /// Values in one decoded object, containers included.
    public static let nodeCount = 2 << 20
    /// Containers within each other in JSON, YAML and CBOR.
    public static let depth = 128
    /// Messages within each other in protobuf.
    public static let messageDepth = 100
}
