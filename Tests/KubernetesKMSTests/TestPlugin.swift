import Dispatch
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import Synchronization
import SystemPackage
import TestSupport

@testable import KubernetesKMS

/// How a test plugin behaves, and what it was asked.
final class PluginState: Sendable {
    /// What it knows to decrypt; anything else it turns around.
    let answers: [Data: Data]
    let refuses: Bool
    let delay: Duration
    let seen = Mutex<[String]>([])

    init(answers: [Data: Data] = [:], refuses: Bool = false, delay: Duration = .zero) {
        self.answers = answers
        self.refuses = refuses
        self.delay = delay
    }

    func decrypt(_ ciphertext: Data, note: String) async throws -> Data {
        self.seen.withLock { $0.append(note) }
        if self.delay > .zero { try await Task.sleep(for: self.delay) }
        if self.refuses { throw RPCError(code: .failedPrecondition, message: "sealed\u{1B}") }
        return self.answers[ciphertext] ?? Data(ciphertext.reversed())
    }
}

private struct ServiceV1: V1beta1_KeyManagementService.SimpleServiceProtocol {
    let state: PluginState

    func decrypt(request: V1beta1_DecryptRequest, context: ServerContext) async throws
        -> V1beta1_DecryptResponse
    {
        var response = V1beta1_DecryptResponse()
        response.plain = try await self.state.decrypt(request.cipher, note: request.version)
        return response
    }
}

private struct ServiceV2: V2_KeyManagementService.SimpleServiceProtocol {
    let state: PluginState

    func decrypt(request: V2_DecryptRequest, context: ServerContext) async throws -> V2_DecryptResponse {
        let annotations = request.annotations.map { name, content in
            " \(name)=" + content.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        var response = V2_DecryptResponse()
        response.plaintext = try await self.state.decrypt(
            request.ciphertext,
            note: request.keyID + annotations.joined()
        )
        return response
    }
}

/// A plugin of both versions on a socket of its own; it runs on threads of its own.
func withPlugin(_ state: PluginState, _ body: @Sendable (String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let path = directory.appending("kms.sock").string
        let transport = HTTP2ServerTransport.Posix(
            address: .unixDomainSocket(path: path),
            transportSecurity: .plaintext
        )
        let server = GRPCServer(
            transport: transport,
            services: [ServiceV1(state: state), ServiceV2(state: state)]
        )
        let serving = Task(executorPreference: QueueExecutor()) { try await server.serve() }
        defer { serving.cancel() }
        _ = try await transport.listeningAddress
        try await body(path)
    }
}

private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "plugin")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
