import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStore
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import StoreTestSupport
import Synchronization
import TestSupport

/// A store that is served on a free port, and a client of it.
struct ServedForTests {
    var store: Store
    var port: Int
    var client: GRPCClient<HTTP2ClientTransport.Posix>

    var kv: Etcdserverpb_KV.Client<HTTP2ClientTransport.Posix> { .init(wrapping: self.client) }
    var watch: Etcdserverpb_Watch.Client<HTTP2ClientTransport.Posix> { .init(wrapping: self.client) }
    var lease: Etcdserverpb_Lease.Client<HTTP2ClientTransport.Posix> { .init(wrapping: self.client) }
    var auth: Etcdserverpb_Auth.Client<HTTP2ClientTransport.Posix> { .init(wrapping: self.client) }

    @discardableResult
    func put(_ key: String, _ value: String) async throws -> Int64 {
        try await self.kv.put(.putting(key, Data(value.utf8))).header.revision
    }
}

/// Serves `store` while `body` runs.
func withServed(
    _ store: Store = Store(identity: .alone),
    options: ServerOptions = ServerOptions(),
    log: Logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() },
    _ body: @escaping @Sendable (ServedForTests) async throws -> Void
) async throws {
    let url = try ListenURL(parsing: "http://127.0.0.1:0")
    let server = try StoreServer(store, at: .init(clients: [url]), options: options, log: log)
    let port = try server.port
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port),
            transportSecurity: .plaintext
        )
        let client = GRPCClient(transport: transport)
        group.addTask { try await client.runConnections() }
        defer {
            client.beginGracefulShutdown()
            server.stop()
        }
        try await body(ServedForTests(store: store, port: port, client: client))
    }
}

extension StoreServer {
    /// The port that was free.
    var port: Int {
        get throws {
            guard case .tcp(_, let port)? = self.clientURLs.first?.address else {
                throw ProgramError("\(self.clientURLs) is no TCP port")
            }
            return port
        }
    }
}

/// A watch stream: requests go in, responses come out one after the other.
final class WatchForTests: Sendable {
    private let requests: AsyncStream<Etcdserverpb_WatchRequest>.Continuation
    private let responses: AsyncStream<Etcdserverpb_WatchResponse>
    private let task: Task<Void, any Error>

    convenience init(_ served: ServedForTests, pause: Duration = .zero) {
        self.init(served.watch, pause: pause)
    }

    init<Transport: ClientTransport>(
        _ client: Etcdserverpb_Watch.Client<Transport>,
        pause: Duration = .zero
    ) {
        let (outgoing, requests) = AsyncStream.makeStream(of: Etcdserverpb_WatchRequest.self)
        let (responses, incoming) = AsyncStream.makeStream(of: Etcdserverpb_WatchResponse.self)
        self.requests = requests
        self.responses = responses
        self.task = Task {
            defer { incoming.finish() }
            var options = CallOptions.defaults
            options.maxRequestMessageBytes = 64 << 20
            try await client.watch(options: options) { writer in
                for await request in outgoing { try await writer.write(request) }
            } onResponse: { response in
                for try await message in response.messages {
                    incoming.yield(message)
                    if pause > .zero { try await Task.sleep(for: pause) }
                }
            }
        }
    }

    deinit {
        self.task.cancel()
    }

    /// Ends the stream, and so whoever waits for a response.
    func end() {
        self.task.cancel()
    }

    func create(
        _ key: String,
        prefix: Bool = true,
        _ change: (inout Etcdserverpb_WatchCreateRequest) -> Void = { _ in }
    ) {
        var create = Etcdserverpb_WatchCreateRequest()
        create.key = Data(key.utf8)
        if prefix { create.rangeEnd = Data(key.utf8.dropLast() + [(key.utf8.last ?? 0) + 1]) }
        change(&create)
        self.create(create)
    }

    func create(_ create: Etcdserverpb_WatchCreateRequest) {
        var request = Etcdserverpb_WatchRequest()
        request.createRequest = create
        self.requests.yield(request)
    }

    func cancel(_ id: Int64) {
        var request = Etcdserverpb_WatchRequest()
        request.cancelRequest.watchID = id
        self.requests.yield(request)
    }

    func askForProgress() {
        var request = Etcdserverpb_WatchRequest()
        request.progressRequest = .init()
        self.requests.yield(request)
    }

    /// The responses up to the first that `isLast` says yes to, that one included.
    func until(_ isLast: (Etcdserverpb_WatchResponse) -> Bool) async -> [Etcdserverpb_WatchResponse] {
        var gathered: [Etcdserverpb_WatchResponse] = []
        for await response in self.responses {
            gathered.append(response)
            if isLast(response) { break }
        }
        return gathered
    }

    func next() async -> Etcdserverpb_WatchResponse? {
        await self.until { _ in true }.first
    }
}

/// Whether it is that refusal of etcd's.
func isRefusal(_ error: any Error, _ code: RPCError.Code, _ text: String) -> Bool {
    guard let error = error as? RPCError else { return false }
    return error.code == code && error.message == text
}
