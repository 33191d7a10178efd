import EtcdRPC
import GRPCCore
import GRPCNIOTransportCore
import NIOCore
import NIOPosix
import NIOSSL

typealias Transport = HTTP2ClientTransport.WrappedChannel

/// Makes one connection to an endpoint: TCP or socket file, TLS, and the server's first HTTP/2 frame.
///
/// The transport is handed out only when all of this stands. It does not connect again by itself: a
/// connection that breaks is an error for whoever uses it, and never a silent repetition.
struct Connection: Sendable {
    enum Security: Sendable {
        case plaintext
        case tls(NIOSSLContext)
        /// Notes the certificates that the server shows, and then breaks off without judging them.
        case inspecting(NIOSSLContext, ShownCertificates)
    }

    var endpoint: EtcdEndpoint
    var security: Security
    var timeout: Duration

    /// A transport that is ready for calls, and the channel below it.
    ///
    /// - Throws: What NIO, TLS or ``ServerGate`` report; ``Diagnosis`` turns it into words.
    func open() async throws -> (transport: Transport, channel: any Channel) {
        let channel = try await self.secure()
        let transport = try await Transport.wrapping(config: self.transportConfiguration) { configure in
            try await self.greet(channel, configure)
        }
        return (transport, channel)
    }

    /// A channel to the server on which TLS, if it is used, has been agreed on.
    func secure() async throws -> any Channel {
        let deadline = NIODeadline.now() + TimeAmount(self.timeout)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(self.timeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let tls = try self.tlsHandler()
                    if let tls { try pipeline.addHandler(tls) }
                    try pipeline.addHandler(ServerGate(usesTLS: tls != nil, on: channel.eventLoop))
                }
            }
        let channel =
            switch self.endpoint.address {
            case .tcp(let host, let port): try await bootstrap.connect(host: host, port: port).get()
            case .unixSocket(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        try await self.wait(for: \.secured, on: channel, until: deadline)
        return channel
    }

    /// Waits for a stage of the channel's gate; when it fails or the time runs out, the channel is closed.
    func wait(
        for stage: @escaping @Sendable (ServerGate) -> EventLoopPromise<Void>,
        on channel: any Channel,
        until deadline: NIODeadline
    ) async throws {
        let done = channel.eventLoop.flatSubmit { () -> EventLoopFuture<Void> in
            guard let gate = try? channel.pipeline.syncOperations.handler(type: ServerGate.self) else {
                return channel.eventLoop.makeFailedFuture(ServerGateError.closed)
            }
            return finish(stage, of: gate, before: deadline, on: channel.eventLoop)
        }
        do {
            try await withTaskCancellationHandler {
                try await done.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            channel.close(promise: nil)
            try? await channel.closeFuture.get()
            try Task.checkCancellation()
            throw error
        }
    }

    private func tlsHandler() throws -> NIOSSLClientHandler? {
        switch self.security {
        case .plaintext: nil
        case .tls(let context):
            try NIOSSLClientHandler(context: context, serverHostname: self.endpoint.serverName)
        case .inspecting(let context, let shown):
            try NIOSSLClientHandler(context: context, serverHostname: self.endpoint.serverName) {
                (chain: [NIOSSLCertificate], verdict: EventLoopPromise<NIOSSLVerificationResult>) in
                shown.note(chain)
                verdict.succeed(.failed)
            }
        }
    }

    private func greet(
        _ channel: any Channel,
        _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Transport.ConfiguredChannel>
    ) async throws -> Transport.ConfiguredChannel {
        let deadline = NIODeadline.now() + TimeAmount(self.timeout)
        let configured = try await channel.eventLoop.flatSubmit {
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    PingAbsorber(readsFromClient: false, now: channel.eventLoop.now)
                )
            }
            .flatMap { configure(channel) }
            .flatMapThrowing { configured in
                let gate = try channel.pipeline.syncOperations.context(handlerType: ServerGate.self)
                (gate.handler as? ServerGate)?.open(context: gate)
                return configured
            }
        }.get()
        try await self.wait(for: \.greeted, on: channel, until: deadline)
        return configured
    }

    private var transportConfiguration: Transport.Config {
        Transport.Config.defaults { config in
            config.http2.authority = self.endpoint.authority
            // One flow-control window bounds what a stream holds that nobody has read yet.
            config.http2.targetWindowSize = 4 << 20
            config.connection.maxIdleTime = nil
            config.connection.keepalive = .init(
                time: .seconds(30),
                timeout: .seconds(20),
                allowWithoutCalls: false
            )
            guard case .tls = self.security else { return }
            config.channelDebuggingCallbacks.onCreateHTTP2Stream = { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(SchemeHandler(), position: .first)
                }
            }
        }
    }
}

/// The gate's stage, failed with `.timedOut` at the deadline.
private func finish(
    _ stage: (ServerGate) -> EventLoopPromise<Void>,
    of gate: ServerGate,
    before deadline: NIODeadline,
    on eventLoop: any EventLoop
) -> EventLoopFuture<Void> {
    let bound = NIOLoopBound(gate, eventLoop: eventLoop)
    let timer = eventLoop.scheduleTask(deadline: deadline) { bound.value.fail(ServerGateError.timedOut) }
    let done = stage(gate).futureResult
    done.whenComplete { _ in timer.cancel() }
    return done
}

extension EtcdEndpoint {
    /// What the certificate must be for; nil for an IP address, which TLS takes from the connection itself.
    var serverName: String? {
        switch self.address {
        case .unixSocket: "localhost"
        case .tcp(let host, let port):
            (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
        }
    }

    /// As `:authority` names the server.
    fileprivate var authority: String {
        switch self.address {
        case .unixSocket: "localhost"
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}
