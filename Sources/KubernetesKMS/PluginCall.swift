internal import FoundationEssentials
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import KubernetesCodec
internal import SwiftProtobuf

/// One call to a KMS plugin, on a connection of its own.
///
/// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/envelope/grpc_service.go` and
/// `envelope/kmsv2/grpc_service.go`.
struct PluginCall {
    private let request: DataKeyRequest

    init(_ request: DataKeyRequest) {
        self.request = request
    }

    /// - Throws: ``PluginRefusal``, ``EndpointError``, or whatever the way to the plugin lacks.
    func run() async throws -> [UInt8] {
        let transport = try HTTP2ClientTransport.Posix(
            target: .unixDomainSocket(path: try self.socketPath, authority: "localhost"),
            transportSecurity: .plaintext
        )
        return try await withGRPCClient(transport: transport) { client in
            do {
                return try await self.decrypt(with: client)
            } catch let error as RPCError where !error.isSilence {
                throw PluginRefusal(error)
            }
        }
    }

    private func decrypt(with client: GRPCClient<HTTP2ClientTransport.Posix>) async throws -> [UInt8] {
        var options = CallOptions.defaults
        options.timeout = self.request.plugin.timeout
        switch self.request.plugin.version {
        case .v1:
            var message = V1beta1_DecryptRequest()
            message.version = "v1beta1"
            message.cipher = Data(self.request.ciphertext)
            let service = V1beta1_KeyManagementService.Client(wrapping: client)
            return Array(try await service.decrypt(message, options: options).plain)
        case .v2:
            var message = V2_DecryptRequest()
            message.ciphertext = Data(self.request.ciphertext)
            message.uid = String(UInt64.random(in: .min ... .max), radix: 16)
            message.keyID = self.request.keyID
            message.annotations = self.request.annotations.mapValues { Data($0) }
            let service = V2_KeyManagementService.Client(wrapping: client)
            return Array(try await service.decrypt(message, options: options).plaintext)
        }
    }

    /// The path in `unix:///path`; a path in `unix:path` is one too.
    private var socketPath: String {
        get throws(EndpointError) {
            var path = self.request.plugin.endpoint.dropFirst("unix:".count)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            guard path.hasPrefix("/"), !path.hasPrefix("/@") else { throw .noPath }
            // sockaddr_un holds 108 bytes, the last of them 0.
            guard path.utf8.count < 108 else { throw .tooLong }
            return String(path)
        }
    }
}

/// The plugin answered, but not with a key.
struct PluginRefusal: Error, CustomStringConvertible {
    private let error: RPCError

    init(_ error: RPCError) {
        self.error = error
    }

    var description: String {
        let message = self.error.message.isEmpty ? "" : ", \"\(escaped(self.error.message))\""
        return "\(self.error.code)\(message)"
    }
}

/// Why an endpoint cannot be used.
enum EndpointError: Error, CustomStringConvertible {
    case noPath
    case tooLong

    var description: String {
        switch self {
        case .noPath: "has an endpoint that is not a path; abstract sockets are not supported"
        case .tooLong: "has an endpoint whose path is too long for a socket"
        }
    }
}

extension RPCError {
    /// Whether no answer came at all.
    fileprivate var isSilence: Bool {
        [.unavailable, .deadlineExceeded, .cancelled].contains(self.code)
    }
}
