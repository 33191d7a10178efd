import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import KubernetesCodec
import NIOCore
import NIOPosix
import SwiftProtobuf
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesKMS

struct KMSPluginsTests {
    private let key = [UInt8](repeating: 7, count: 32)

    @Test(arguments: [KMSPlugin.Version.v1, .v2])
    func getsAKey(_ version: KMSPlugin.Version) async throws {
        let state = PluginState()
        try await withPlugin(state) { path in
            var request = self.request(version, path)
            request.keyID = "kek"
            request.annotations = ["a.example.org": [1, 2]]
            let answer = try await offTheTasks { [request] in try KMSPlugins().decrypt(request) }
            #expect(answer == self.key)
        }
        let seen = try #require(state.seen.withLock { $0.first })
        #expect(seen == (version == .v1 ? "v1beta1" : "kek a.example.org=0102"))
    }

    /// From the configuration to the plain value.
    @Test func opensTheVectors() async throws {
        let file = Repository.fixture("codec/encryption-vectors.json").string
        let root = try Document(json: Array(Data(contentsOf: URL(filePath: file)))).root
        let vectors = root["vectors"]?.elements.filter { $0["provider"]?.string == "kms" } ?? []
        #expect(vectors.count == 4)
        for vector in vectors {
            let bytes = { @Sendable (name: String) in
                vector[name]?.string.flatMap { Data(base64Encoded: $0) }
            }
            let stored = Array(try #require(bytes("stored")))
            let encrypted = try #require(bytes("encryptedDEK") ?? bytes("encryptedDEKSource"))
            let state = PluginState(answers: [encrypted: try #require(bytes("dek") ?? bytes("seed"))])
            try await withPlugin(state) { path in
                let decryption = Decryption(
                    configuration: try configuration(of: vector, endpoint: "unix://\(path)"),
                    keyService: KMSPlugins()
                )
                let key = Array((vector["etcdKey"]?.string ?? "").utf8)
                let plain = try await offTheTasks {
                    try decryption.open(stored.span.bytes, etcdKey: key, resource: "secrets", group: "")
                }
                #expect(Data(plain) == bytes("plaintext"))
            }
        }
    }

    /// Something listens on the socket that is no gRPC server.
    @Test func givesUpOnAMuteListener() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("mute.sock").string
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(unixDomainSocketPath: path).get()
            let request = self.request(.v2, path, timeout: .milliseconds(300))
            let error = await #expect(throws: CodecError.self) {
                try await offTheTasks { try KMSPlugins().decrypt(request) }
            }
            #expect("\(error as Any)".contains("did not answer in time"))
            try await listener.close()
        }
    }

    /// More callers block than there are threads for Swift's tasks.
    @Test func answersWhenAllTasksWait() async throws {
        try await withPlugin(PluginState()) { path in
            let plugins = KMSPlugins()
            let answers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<32 {
                    group.addTask { try plugins.decrypt(self.request(.v2, path)) }
                }
                return try await group.reduce(into: 0) { count, answer in count += answer == self.key ? 1 : 0
                }
            }
            #expect(answers == 32)
        }
    }

    @Test func tellsWhatThePluginSays() async throws {
        try await withPlugin(PluginState(refuses: true)) { path in
            let error = await #expect(throws: CodecError.self) {
                try await offTheTasks { try KMSPlugins().decrypt(self.request(.v2, path)) }
            }
            let text = "\(error as Any)"
            #expect(text.contains("refused") && text.contains(#"sealed\u{1B}"#), "\(text)")
        }
    }

    @Test func givesUpOnASilentPluginOnce() async throws {
        let state = PluginState(delay: hangTimeout)
        try await withPlugin(state) { path in
            let plugins = KMSPlugins()
            let request = self.request(.v2, path, timeout: .milliseconds(300))
            for _ in 0..<20 {
                let error = await #expect(throws: CodecError.self) {
                    try await offTheTasks { try plugins.decrypt(request) }
                }
                #expect("\(error as Any)".contains("did not answer in time"))
            }
        }
        // Not even once, when the time was over before the question had come.
        #expect(state.seen.withLock(\.count) <= 1)
    }

    @Test(arguments: [
        "unix:///nowhere/kms.sock", "unix:///@abstract", "unix:///" + String(repeating: "x", count: 200),
    ])
    func tellsWhenThereIsNoPlugin(_ endpoint: String) async throws {
        let plugin = KMSPlugin(version: .v2, name: "p", endpoint: endpoint, timeout: .seconds(2))
        let request = DataKeyRequest(plugin: plugin, ciphertext: [1])
        let error = await #expect(throws: CodecError.self) {
            try await offTheTasks { try KMSPlugins().decrypt(request) }
        }
        #expect("\(error as Any)".contains(#"KMS plugin "p" at unix:"#), "\(error as Any)")
    }

    private func request(
        _ version: KMSPlugin.Version,
        _ path: String,
        timeout: Duration = .seconds(120)
    ) -> DataKeyRequest {
        let plugin = KMSPlugin(version: version, name: "p", endpoint: "unix://\(path)", timeout: timeout)
        return DataKeyRequest(plugin: plugin, ciphertext: self.key.reversed())
    }
}

private func configuration(of vector: Value, endpoint: String) throws -> EncryptionConfiguration {
    let name = vector["keyName"]?.string ?? ""
    let version = vector["case"]?.string?.prefix(2) ?? ""
    let json = """
        {"kind": "EncryptionConfiguration", "apiVersion": "apiserver.config.k8s.io/v1", "resources": [
        {"resources": ["secrets"], "providers": [
        {"kms": {"apiVersion": "\(version)", "name": "\(name)", "endpoint": "\(endpoint)", "timeout": "120s"}}]}]}
        """
    return try EncryptionConfiguration(Document(json: Array(json.utf8)))
}

/// Runs what blocks on a thread that Swift's tasks do not need.
private func offTheTasks(_ body: @escaping @Sendable () throws -> [UInt8]) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
