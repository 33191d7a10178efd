import EtcdStore
import GRPCCore

/// Runs a stream's work until it ends, the client goes, or the server stops.
///
/// - Throws: `server stopped` when the server stops, with etcd's text.
func untilStopped(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let signal = Signal()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await signal.wait()
            throw EtcdError.stopped
        }
        try await withRPCCancellationHandler {
            defer { group.cancelAll() }
            try await group.next()
        } onCancelRPC: {
            signal.send()
        }
    }
}

/// Waits until the server stops.
func untilStopped() async throws {
    try await untilStopped { try await Task.sleep(for: .seconds(1 << 40)) }
}
