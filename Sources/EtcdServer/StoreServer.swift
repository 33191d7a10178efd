import EtcdMessages
public import EtcdStore
import GRPCCore
import GRPCNIOTransportCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Serves a store with etcd's API: gRPC, and `/health`, `/version`, `/metrics` beside it.
///
/// The sockets listen when it is made, so that whatever is wrong with them shows at once; ``run()`` serves.
public final class StoreServer: Service {
    /// Where to listen.
    public struct Places: Sendable {
        /// For clients.
        public var clients: [ListenURL]
        /// For `/health`, `/version` and `/metrics` alone.
        public var metrics: [ListenURL]
        /// Needed when any of the URLs is https or unixs.
        public var tls: TLSFiles?

        public init(clients: [ListenURL], metrics: [ListenURL] = [], tls: TLSFiles? = nil) {
            self.clients = clients
            self.metrics = metrics
            self.tls = tls
        }
    }

    /// The clock by which the server counts the time of leases: nanoseconds since the machine started.
    public static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    private let served: ServedStore
    private let clientSockets: [ListeningSocket]
    private let metricsSockets: [ListeningSocket]
    private let tls: ServerTLS?
    private let stopSignal = Signal()

    /// - Throws: What is wrong with a URL, a certificate or a key.
    public init(
        _ store: Store,
        at places: Places,
        options: ServerOptions = ServerOptions(),
        log: Logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
    ) throws(ServerError) {
        for url in places.clients + places.metrics {
            if url.usesTLS, places.tls == nil { throw ServerError(.noCertificate, at: "\(url)") }
            if !url.usesTLS, !url.isLocal, !options.allowsPlaintextOffLoopback {
                throw ServerError(.plaintextOffLoopback, at: "\(url)")
            }
        }
        self.tls = if let files = places.tls { try ServerTLS(files, log: log) } else { nil }
        self.served = ServedStore(store: store, options: options, log: log)
        var opened: [ListeningSocket] = []
        do throws(ServerError) {
            for url in places.clients + places.metrics { opened.append(try ListeningSocket(url)) }
        } catch {
            for socket in opened { socket.abandon() }
            throw error
        }
        self.clientSockets = Array(opened.prefix(places.clients.count))
        self.metricsSockets = Array(opened.dropFirst(places.clients.count))
    }

    /// Where clients reach it, with the ports that were taken for port 0.
    public var clientURLs: [ListenURL] { self.clientSockets.map(\.url) }
    public var metricsURLs: [ListenURL] { self.metricsSockets.map(\.url) }

    /// Lets ``run()`` end.
    public func stop() {
        self.stopSignal.send()
    }

    /// Serves until ``stop()``, until a service group shuts it down, or until the task is cancelled; it can be run
    /// once.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.serve()
        } onGracefulShutdown: {
            self.stop()
        }
    }

    private func serve() async throws {
        defer { for socket in self.clientSockets + self.metricsSockets { socket.removeFile() } }
        let connections = self.connections
        let answers = self.answers(connections)
        let listening = self.clientSockets.map { _ in Signal() }
        let servers = zip(self.clientSockets, listening).map { self.server(on: $0, answers, connections, $1) }
        let metrics = self.metricsSockets.map { self.metrics(on: $0, answers, connections) }
        // Not children of this task: they must not be cancelled before `end` has closed the connections.
        let serving = servers.map { server in
            Task {
                defer { self.stop() }
                try await server.serve()
            }
        }
        var tasks: [@Sendable () async throws -> Void] = [
            { try await self.served.expireLeases() },
            { try await self.served.announceRevisions() },
            { try await self.stopSignal.wait() },
        ]
        for listener in metrics { tasks.append { try await listener.serve() } }
        let failure = await failureOfFirst(of: tasks)
        try await Task {
            // A listener that is closed while it begins to listen would trap in swift-nio.
            for signal in listening { try await signal.wait() }
            try await end(servers, serving, connections)
        }.value
        if let failure { throw failure }
    }

    private func server(
        on socket: ListeningSocket,
        _ answers: HTTPAnswers,
        _ connections: Connections,
        _ listening: Signal
    ) -> GRPCServer<HTTP2ServerTransport.Custom<Listener>> {
        let listener = Listener(
            socket: socket,
            tls: socket.url.usesTLS ? self.tls : nil,
            answers: answers,
            connections: connections,
            greetingTimeout: TimeAmount(self.served.options.greetingTimeout),
            listening: listening,
            log: self.served.log,
            peers: self.served.access.peers
        )
        return GRPCServer(
            transport: HTTP2ServerTransport.Custom(
                listenerFactory: listener,
                config: self.transportConfiguration(connections)
            ),
            services: [
                KVService(served: self.served), WatchService(served: self.served),
                LeaseService(served: self.served), MaintenanceService(served: self.served),
                ClusterService(served: self.served, clientURLs: self.clientURLs.map(\.description)),
                AuthService(served: self.served), HealthService(served: self.served),
            ]
        )
    }

    private func metrics(
        on socket: ListeningSocket,
        _ answers: HTTPAnswers,
        _ connections: Connections
    ) -> PlainListener {
        PlainListener(
            socket: socket,
            tls: socket.url.usesTLS ? self.tls : nil,
            answers: answers,
            connections: connections,
            greetingTimeout: TimeAmount(self.served.options.greetingTimeout),
            log: self.served.log
        )
    }

    private func answers(_ connections: Connections) -> HTTPAnswers {
        let served = self.served
        let metrics = Metrics(served: served, connections: connections)
        return HTTPAnswers(
            unhealthyReason: {
                served.store.status.alarms.first.map {
                    "ALARM \($0.alarm == .nospace ? "NOSPACE" : "CORRUPT")"
                }
            },
            metrics: { metrics.text() }
        )
    }

    private var connections: Connections {
        let options = self.served.options
        let store = self.served.store
        return Connections(
            limit: options.maxConnections,
            byteLimit: { options.maxCallBytes + 2 * store.byteCount },
            log: self.served.log
        )
    }

    private func transportConfiguration(
        _ connections: Connections
    ) -> HTTP2ServerTransport.Custom<Listener>.Config {
        var configuration = HTTP2ServerTransport.Custom<Listener>.Config.defaults
        // A longer message ends its stream without a word, and clients try again: so there is room to refuse it.
        configuration.rpc.maxRequestPayloadSize = 2 * self.served.options.maxMessageBytes
        configuration.http2.maxConcurrentStreams = self.served.options.maxConcurrentStreams
        // A request of the largest size fits into it, and a client's slow handler cannot hold up others.
        configuration.http2.targetWindowSize = 1 << 20
        // etcdctl pings every two seconds, with or without calls.
        configuration.connection.keepalive.clientBehavior = .init(
            minPingIntervalWithoutCalls: .milliseconds(100),
            allowWithoutCalls: true
        )
        configuration.connection.keepalive.time = .seconds(120)
        configuration.channelDebuggingCallbacks.onAcceptHTTP2Stream = { stream in
            stream.eventLoop.makeCompletedFuture {
                guard let connection = stream.parent else { return }
                let meter = StreamMemoryMeter(of: connections, on: connection)
                try stream.pipeline.syncOperations.addHandler(meter, position: .first)
            }
        }
        return configuration
    }
}

/// Does all at once until the first has ended, and cancels the others.
///
/// - Returns: What that one threw; nil when it threw nothing, or was cancelled with this task.
func failureOfFirst(of tasks: [@Sendable () async throws -> Void]) async -> (any Error)? {
    do {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in tasks { group.addTask { try await task() } }
            defer { group.cancelAll() }
            try await group.next()
        }
        return nil
    } catch is CancellationError {
        return nil
    } catch {
        return error
    }
}

private typealias Server = GRPCServer<HTTP2ServerTransport.Custom<Listener>>

/// How long calls may go on after ``StoreServer/stop()``; watches end at once.
private let grace = Duration.seconds(2)

/// Lets the calls end, and closes what is left.
///
/// No task is cancelled as long as a connection is open: what a connection's or a listener's task no longer
/// takes would trap in swift-nio. When a connection closes, its calls end and its task with them.
private func end(
    _ servers: [Server],
    _ serving: [Task<Void, any Error>],
    _ connections: Connections
) async throws {
    for server in servers { server.beginGracefulShutdown() }
    let shutdownTimeout = Task {
        try await Task.sleep(for: grace)
        try await connections.closeAll()
        for task in serving { task.cancel() }
    }
    var failure: (any Error)?
    for task in serving {
        do {
            try await task.value
        } catch is CancellationError {
            continue
        } catch {
            failure = error
        }
    }
    shutdownTimeout.cancel()
    // Those that came while the listeners closed, so that nobody has taken them.
    try await connections.closeAll()
    if let failure { throw failure }
}
