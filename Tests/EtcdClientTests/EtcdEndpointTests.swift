import Testing

@testable import EtcdClient

struct EtcdEndpointTests {
    @Test(arguments: [
        ("127.0.0.1:2379", "http://127.0.0.1:2379"),
        ("etcd.example", "http://etcd.example:2379"),
        ("https://etcd.example:4001/", "https://etcd.example:4001"),
        ("HTTP://a:1", "http://a:1"),
        ("[::1]:2379", "http://[::1]:2379"),
        ("::1", "http://[::1]:2379"),
        ("https://[fe80::1]", "https://[fe80::1]:2379"),
        ("unix:///run/etcd.sock", "unix:///run/etcd.sock"),
        ("unixs://relative.sock", "unixs://relative.sock"),
    ])
    func readsWhatPeopleWrite(text: String, meaning: String) throws {
        #expect(try EtcdEndpoint(parsing: text, tlsByDefault: false).description == meaning)
    }

    @Test func isEncryptedWithoutASchemeWhenTLSIsAskedFor() throws {
        #expect(try EtcdEndpoint(parsing: "a:1", tlsByDefault: true).usesTLS)
        #expect(try !EtcdEndpoint(parsing: "http://a:1", tlsByDefault: true).usesTLS)
    }

    @Test(arguments: [
        "ftp://a", "http://", ":2379", "a:0", "a:65536", "a:b", "a:-1", "http://a/b", "a b", "unix://",
        "[::1",
        "[::1]x", "http://a?b", "",
    ])
    func refusesWhatIsNoEndpoint(text: String) {
        #expect(throws: EtcdClientError.self) { try EtcdEndpoint(parsing: text, tlsByDefault: false) }
    }

    @Test func doesNotRepeatAPassword() {
        let error = #expect(throws: EtcdClientError.self) {
            try EtcdEndpoint(parsing: "https://root:hunter2@a", tlsByDefault: false)
        }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("http://localhost:1", true), ("http://127.9.9.9:1", true), ("http://[::1]:1", true),
        ("unix://a", true),
        ("http://127.example:1", false), ("http://10.0.0.1:1", false), ("http://127.0.0.1.example:1", false),
    ])
    func knowsWhatStaysOnThisMachine(text: String, isLocal: Bool) throws {
        #expect(try EtcdEndpoint(parsing: text, tlsByDefault: false).isLocal == isLocal)
    }

    @Test func warnsOfPlaintextAndRefusesItWithCredentials() throws {
        var options = ConnectionOptions(endpoints: [
            "http://10.0.0.1:2379", "127.0.0.1:2379", "127.0.0.1:2379",
        ])
        let endpoints = try options.parsedEndpoints()
        #expect(endpoints.count == 2)
        #expect(options.warnings(for: endpoints) == [.plaintextBeyondThisMachine(endpoints[0])])
        options.credentials = .init(user: "root", password: "secret")
        #expect(throws: EtcdClientError(.credentialsOverPlaintext, at: endpoints[0])) {
            try options.parsedEndpoints()
        }
        options.endpoints = ["http://127.0.0.1:2379"]
        #expect(try options.parsedEndpoints().count == 1)
        options.endpoints = [""]
        #expect(throws: EtcdClientError.self) { try options.parsedEndpoints() }
    }

    @Test func readsEndpointsAsEncryptedWhenACertificateIsGiven() throws {
        var options = ConnectionOptions(endpoints: ["a:1"], caCertificateFile: "ca.pem")
        #expect(try options.parsedEndpoints().map(\.description) == ["https://a:1"])
        options.insecureSkipTLSVerify = true
        #expect(try options.warnings(for: options.parsedEndpoints()) == [.serverNotVerified])
    }
}
