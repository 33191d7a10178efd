public import EtcdClient
import EtcdServer
import EtcdStorage
import EtcdStore

/// The bundled store, in this process, on a socket that only this user can reach.
///
/// Users are not asked for, and when nobody writes, leases do not run out while they are looked at.
public struct BundledStore: RehearsalServer {
    public init() {}

    public var program: RehearsalProgram { .bundledStore }
    public var enforcesUsers: Bool { false }
    public var writesToDirectory: Bool { false }

    public func serve<Result: Sendable>(
        _ directory: String,
        knownAs restored: RestoredDatabase? = nil,
        as member: RestoredMember,
        isReadOnly: Bool,
        in place: String,
        spool: String,
        _ body: (EtcdEndpoint) async throws -> Result
    ) async throws -> Result {
        let socket = "\(place)/store"
        var options = ServerOptions()
        options.isReadOnly = isReadOnly
        options.ignoresUsers = true
        // Only this process connects, and it may be busy: with a slow disk, or on a busy machine.
        options.greetingTimeout = .seconds(3600)
        options.spoolDirectory = spool
        if let restored { options.sourceDigest = { try await restored.digest } }
        let server: StoreServer
        do {
            let source = try EtcdDatabase(path: directory)
            let identity = Store.Identity(of: try StoreFacts(reading: source))
            let store = try Store(source: source, identity: identity, now: StoreServer.now)
            let url = ListenURL(address: .unixSocket(path: socket), usesTLS: false)
            server = try StoreServer(store, at: StoreServer.Places(clients: [url]), options: options)
        } catch {
            throw RehearsalServerError.cannotOpen(problem: "\(error)")
        }
        async let serving: Void = server.run()
        let result: Result
        do {
            result = try await body(EtcdEndpoint(address: .unixSocket(path: socket), usesTLS: false))
        } catch {
            server.stop()
            try? await serving
            throw error
        }
        server.stop()
        try await serving
        return result
    }
}
