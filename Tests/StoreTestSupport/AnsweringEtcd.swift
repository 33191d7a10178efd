package import EtcdMessages
import EtcdRPC
import Foundation
package import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import NIOCore
import SwiftProtobuf
package import TestSupport

/// etcd's API over the wire: a real etcd's, or one of our own.
package struct AnsweringEtcd<Transport: ClientTransport>: Sendable {
    package let grpc: GRPCClient<Transport>

    package func answer(_ request: StoreRequest, metadata: Metadata = [:]) async throws -> StoreAnswer {
        let kv = Etcdserverpb_KV.Client(wrapping: self.grpc)
        let lease = Etcdserverpb_Lease.Client(wrapping: self.grpc)
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: self.grpc)
        return try await StoreAnswer.of {
            switch request {
            case .range(let request):
                return try await kv.range(request, metadata: metadata).comparable(request)
            case .put(let request):
                var response = try await kv.put(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .deleteRange(let request):
                var response = try await kv.deleteRange(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .txn(let request):
                var response = try await kv.txn(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .compact(let request):
                var response = try await kv.compact(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .leaseGrant(let request):
                var response = try await lease.leaseGrant(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .leaseRevoke(let request):
                var response = try await lease.leaseRevoke(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            case .leaseKeepAlive(let request):
                return try await self.keepAlive(request, lease, metadata)
            case .leaseTimeToLive(let request):
                return try await lease.leaseTimeToLive(request, metadata: metadata).comparable
            case .leaseLeases:
                return try await lease.leaseLeases(.init(), metadata: metadata).comparable
            case .hashKV(let request):
                var response = try await maintenance.hashKV(request, metadata: metadata)
                response.header = response.header.anonymous
                return response
            }
        }
    }

    private func keepAlive(
        _ request: Etcdserverpb_LeaseKeepAliveRequest,
        _ lease: Etcdserverpb_Lease.Client<Transport>,
        _ metadata: Metadata
    ) async throws -> Etcdserverpb_LeaseKeepAliveResponse {
        try await lease.leaseKeepAlive(metadata: metadata) { writer in
            try await writer.write(request)
        } onResponse: { response in
            var answer = Etcdserverpb_LeaseKeepAliveResponse()
            for try await message in response.messages { answer = message }
            answer.header = answer.header.anonymous
            return answer
        }
    }

    /// All events from a revision up to another, in order.
    package func events(
        from first: Int64,
        through last: Int64,
        _ create: Etcdserverpb_WatchCreateRequest
    ) async throws -> [Mvccpb_Event] {
        var create = create
        create.startRevision = first
        let request = Etcdserverpb_WatchRequest.with { $0.createRequest = create }
        let (stop, stopper) = AsyncStream<Void>.makeStream()
        return try await Etcdserverpb_Watch.Client(wrapping: self.grpc).watch { writer in
            try await writer.write(request)
            for await _ in stop {}
        } onResponse: { response in
            var events: [Mvccpb_Event] = []
            defer { stopper.finish() }
            for try await message in response.messages {
                if message.canceled { break }
                events += message.events
                if let newest = events.last?.kv.modRevision, newest >= last { break }
            }
            return events
        }
    }
}

/// Runs `body` with the API of whoever serves at `endpoint`, such as `http://127.0.0.1:2379`.
package func withAnsweringEtcd<Result: Sendable>(
    at endpoint: String,
    _ body: (AnsweringEtcd<HTTP2ClientTransport.Posix>) async throws -> Result
) async throws -> Result {
    guard let url = URL(string: endpoint), let host = url.host(), let port = url.port else {
        throw ProgramError("\(endpoint) is no address")
    }
    let config = HTTP2ClientTransport.Posix.Config.defaults { config in
        config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
            channel.eventLoop.makeCompletedFuture {
                let absorber = PingAbsorber(readsFromClient: false, now: channel.eventLoop.now)
                try channel.pipeline.syncOperations.addHandler(absorber, position: .first)
            }
        }
    }
    let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: host, port: port),
        transportSecurity: .plaintext,
        config: config
    )
    return try await withGRPCClient(transport: transport) { try await body(AnsweringEtcd(grpc: $0)) }
}

/// Runs `body` with the API of a real etcd of one member.
package func withAnsweringEtcd<Result: Sendable>(
    _ etcd: RealEtcd,
    _ body: (AnsweringEtcd<HTTP2ClientTransport.Posix>) async throws -> Result
) async throws -> Result {
    try await withAnsweringEtcd(at: etcd.endpoint, body)
}
