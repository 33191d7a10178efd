import GRPCCore

/// Who sends a request, as far as its metadata and its connection tell.
struct Caller: Sendable {
    /// The token from the metadata; nil when there is none.
    var token: String?
    /// A gateway shows its own certificate, whoever asks it.
    var isGateway: Bool
    var connection: Connection

    init(_ metadata: Metadata, _ context: ServerContext) {
        let words =
            metadata[stringValues: "token"].first { _ in true }
            ?? metadata[stringValues: "authorization"].first { _ in true }
        self.token = words.map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0 }
        self.isGateway = metadata[stringValues: "grpcgateway-accept"].contains { _ in true }
        self.connection = Connection(remote: context.remotePeer, local: context.localPeer)
    }
}
