public import GRPCCore

/// Why the store does not do what it was asked, with the code and the text that etcd gives: clients match on them.
///
/// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
public struct EtcdError: Error, Hashable, Sendable {
    public var code: RPCError.Code
    /// With etcd's own words: `etcdserver: key not found`.
    public var text: String

    public init(_ code: RPCError.Code, _ text: String) {
        self.code = code
        self.text = text
    }
}
