import EtcdRPC
import GRPCCore

/// gRPC's own question whether a server serves; the store does as long as it answers.
struct HealthService: RegistrableRPCService {
    var served: ServedStore

    private static let known: Set<String> = [
        "", "etcdserverpb.KV", "etcdserverpb.Watch", "etcdserverpb.Lease", "etcdserverpb.Maintenance",
        "etcdserverpb.Cluster", "etcdserverpb.Auth",
    ]

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        typealias Method = Grpc_Health_V1_Health.Method
        router.unary(Method.Check.descriptor, of: served) {
            (request: Sized<Grpc_Health_V1_HealthCheckRequest>, _) in
            guard Self.known.contains(request.message.service) else {
                throw RPCError(code: .notFound, message: "unknown service")
            }
            return Self.status(.serving)
        }
        router.streaming(Method.Watch.descriptor, of: served) {
            (
                requests: RPCAsyncSequence<Sized<Grpc_Health_V1_HealthCheckRequest>, any Error>,
                writer: RPCWriter<MessageAnswer<Grpc_Health_V1_HealthCheckResponse>>,
                _
            ) in
            for try await request in requests {
                let isKnown = Self.known.contains(request.message.service)
                let status = Self.status(isKnown ? .serving : .serviceUnknown)
                try await writer.write(MessageAnswer(message: status))
                // It stays so until the server stops or the client goes.
                try await untilStopped()
            }
        }
    }

    private static func status(
        _ status: Grpc_Health_V1_HealthCheckResponse.ServingStatus
    ) -> Grpc_Health_V1_HealthCheckResponse {
        var response = Grpc_Health_V1_HealthCheckResponse()
        response.status = status
        return response
    }
}
