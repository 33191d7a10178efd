import EtcdRPC
import GRPCCore
import GRPCNIOTransportCore
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

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

    /// A channel under way, and how far it has come.
    struct Stage: Sendable {
        let channel: any Channel
        let stages: HandshakeHandler.Stages
        let deadline: NIODeadline
    }

    /// A transport that is ready for calls, and the channel below it.
    ///
    /// - Throws: What NIO, TLS or ``HandshakeHandler`` report; ``Diagnosis`` turns it into words.
    func open() async throws -> (transport: Transport, channel: any Channel) {
        let secured = try await self.secure()
        let transport = try await Transport.wrapping(config: self.transportConfiguration) { configure in
            try await self.greet(secured, configure)
        }
        return (transport, secured.channel)
    }

    /// A channel to the server on which TLS, if it is used, has been agreed on.
    func secure() async throws -> Stage {
        let deadline = NIODeadline.now() + TimeAmount(self.timeout)
        // A name may have several addresses, each tried on a channel of its own.
        let attempts = Mutex<[ObjectIdentifier: HandshakeHandler.Stages]>([:])
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(self.timeout))
            .channelInitializer { channel in
                let stages = HandshakeHandler.Stages(on: channel.eventLoop)
                attempts.withLock { $0[ObjectIdentifier(channel)] = stages }
                return channel.eventLoop.makeCompletedFuture { try self.prepare(channel, stages) }
            }
        let channel =
            switch (self.endpoint.address, self.endpoint.ipAddress) {
            // Not through the resolver: it answers one question after the other, and a name may take long.
            case (.tcp, let address?): try await bootstrap.connect(to: address).get()
            case (.tcp(let host, let port), nil): try await bootstrap.connect(host: host, port: port).get()
            case (.unixSocket(let path), _): try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        guard let stages = attempts.withLock({ $0[ObjectIdentifier(channel)] }) else {
            throw ServerGateError.closed
        }
        let stage = Stage(channel: channel, stages: stages, deadline: deadline)
        try await stage.wait(for: stages.secured)
        return stage
    }

    private func prepare(_ channel: any Channel, _ stages: HandshakeHandler.Stages) throws {
        let pipeline = channel.pipeline.syncOperations
        do {
            let usesTLS = try self.addTLS(to: pipeline)
            try pipeline.addHandler(HandshakeHandler(stages, usesTLS: usesTLS))
        } catch {
            stages.fail(error)
            throw error
        }
    }

    /// Whether TLS is used.
    private func addTLS(to pipeline: ChannelPipeline.SynchronousOperations) throws -> Bool {
        let name = self.endpoint.serverName
        switch self.security {
        case .plaintext: return false
        case .tls(let context):
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
        case .inspecting(let context, let shown):
            let handler = try NIOSSLClientHandler(context: context, serverHostname: name) {
                (chain: [NIOSSLCertificate], verdict: EventLoopPromise<NIOSSLVerificationResult>) in
                shown.note(chain)
                verdict.succeed(.failed)
            }
            try pipeline.addHandler(handler)
        }
        return true
    }

    /// Adds HTTP/2 to a secured channel and waits for the server's first frame.
    private func greet(
        _ secured: Stage,
        _ configure: @escaping @Sendable (any Channel) -> EventLoopFuture<Transport.ConfiguredChannel>
    ) async throws -> Transport.ConfiguredChannel {
        let channel = secured.channel
        let configured = channel.eventLoop.flatSubmit {
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    PingAbsorber(readsFromClient: false, now: channel.eventLoop.now)
                )
            }
            .flatMap { configure(channel) }
            .flatMapThrowing { configured in
                let gate = try channel.pipeline.syncOperations.context(handlerType: HandshakeHandler.self)
                (gate.handler as? HandshakeHandler)?.open(context: gate)
                return configured
            }
        }
        // A channel that has closed meanwhile cannot be configured; its stages know why it closed.
        configured.whenFailure { _ in channel.close(promise: nil) }
        try await secured.wait(for: secured.stages.greeted)
        return try await configured.get()
    }

    private var transportConfiguration: Transport.Config {
        Transport.Config.defaults { config in
            config.http2.authority = self.endpoint.authority
            // One flow-control window bounds what a stream holds that nobody has read yet.
            config.http2.targetWindowSize = 4 << 20
            // Large answers come in few frames from a server that makes use of it; etcd does not.
            config.http2.maxFrameSize = 1 << 20
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

extension Connection.Stage {
    /// Waits for one of the stages; when it fails or the time runs out, the channel is closed.
    func wait(for stage: EventLoopPromise<Void>) async throws {
        let timer = self.channel.eventLoop.scheduleTask(deadline: self.deadline) {
            self.stages.fail(ServerGateError.timedOut)
        }
        defer { timer.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await stage.futureResult.get()
            } onCancel: {
                self.channel.close(promise: nil)
            }
        } catch {
            self.channel.close(promise: nil)
            try? await self.channel.closeFuture.get()
            try Task.checkCancellation()
            throw error
        }
    }
}

extension EtcdEndpoint {
    /// What the certificate must be for; nil for an IP address, which TLS takes from the connection itself.
    var serverName: String? {
        switch self.address {
        case .unixSocket: "localhost"
        case .tcp(let host, _): self.ipAddress == nil ? host : nil
        }
    }

    /// nil for a host name and for a socket file.
    fileprivate var ipAddress: NIOCore.SocketAddress? {
        guard case .tcp(let host, let port) = self.address else { return nil }
        return try? NIOCore.SocketAddress(ipAddress: host, port: port)
    }

    /// As `:authority` names the server.
    fileprivate var authority: String {
        switch self.address {
        case .unixSocket: "localhost"
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}
