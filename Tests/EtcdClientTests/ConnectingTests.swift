import FakeEtcd
import GRPCNIOTransportHTTP2Posix
import SystemPackage
import TestSupport
import Testing

@testable import EtcdClient

/// What a connection says when there is no etcd at the other end, or not one that answers.
struct ConnectingTests {
    @Test func saysThatNothingListens() async throws {
        let port = Int(Ports.free())
        #expect(await failure(local(port)) == .connectionRefused)
        #expect(await failure(local(port, tls: true)) == .connectionRefused)
        #expect(await failure(local(port, host: "localhost")) == .connectionRefused)
    }

    @Test func saysThatAHostIsNotKnown() async throws {
        let options = ConnectionOptions(dialTimeout: .seconds(60))
        let reason = await failure(local(2379, host: "no-such-host.invalid"), options)
        #expect(reason == .hostNotFound("no-such-host.invalid"))
    }

    @Test func saysThatASocketIsNotThere() async throws {
        let endpoint = EtcdEndpoint(address: .unixSocket(path: "/nonexistent/etcd.sock"), usesTLS: false)
        #expect(await failure(endpoint) == .noSuchSocket)
    }

    @Test func talksThroughASocketFile() async throws {
        try await withTemporaryDirectory { directory in
            let socket = directory.appending("etcd.sock").string
            try await withServer([FakeMaintenance { _ in }], at: .unixDomainSocket(path: socket)) { _ in
                let endpoint = EtcdEndpoint(address: .unixSocket(path: socket), usesTLS: false)
                #expect(await failure(endpoint) == nil)
            }
        }
    }

    @Test(arguments: [false, true])
    func givesUpOnAServerThatAcceptsAndNeverAnswers(tls: Bool) async throws {
        try await withListener { port in
            let options = ConnectionOptions(dialTimeout: .milliseconds(300))
            #expect(await failure(local(port, tls: tls), options) == .silent(.milliseconds(300)))
        }
    }

    @Test func givesUpOnAFrozenEtcd() async throws {
        try await withEtcd { etcd in
            etcd.freeze(etcd.plan.members[0])
            defer { etcd.thaw(etcd.plan.members[0]) }
            let reason = await failure(etcd.endpoints[0], ConnectionOptions(dialTimeout: .seconds(1)))
            #expect(reason == .silent(.seconds(1)))
        }
    }

    @Test func givesUpOnACallThatIsNotAnswered() async throws {
        try await withEtcd { etcd in
            // As long as the first call may take on a busy machine.
            let options = ConnectionOptions(dialTimeout: .seconds(60), callTimeout: .seconds(5))
            let reason = try await etcd.withClient(options) { client in
                _ = try await client.status()
                etcd.freeze(etcd.plan.members[0])
                defer { etcd.thaw(etcd.plan.members[0]) }
                return await failure { _ = try await client.status() }
            }
            #expect(reason == .timedOut(.seconds(5)))
        }
    }

    @Test func saysThatTheConnectionBroke() async throws {
        try await withEtcd { etcd in
            let reason = try await etcd.withClient { client in
                _ = try await client.status()
                etcd.kill(etcd.plan.members[0])
                return await failure { _ = try await client.status() }
            }
            #expect(reason == .connectionLost)
        }
    }

    @Test func tellsOtherServersFromEtcd() async throws {
        try await withListener(saying: bytes("HTTP/1.1 400 Bad Request\r\n\r\n")) { port in
            let reason = await failure(local(port))
            #expect(reason == .notEtcd)
        }
        try await withListener(closing: true) { port in
            #expect(await failure(local(port)) == .closedAtOnce)
            #expect(await failure(local(port, tls: true)) == .closedAtOnce)
        }
    }

    @Test func passesOnWhatItsUserThrows() async throws {
        struct Mine: Error {}
        try await withEtcd { etcd in
            await #expect(throws: Mine.self) { try await etcd.withClient { _ in throw Mine() } }
        }
    }

    @Test func endsWhenItsTaskIsCancelled() async throws {
        try await withListener { port in
            let options = ConnectionOptions(dialTimeout: .seconds(60))
            let task = Task { try await EtcdClient.withClient(to: local(port), options: options) { _ in } }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
