import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf
import Synchronization

/// What all calls have in common: time limits, message limits, the token, and errors in people's words.
final class Calls: Sendable {
    let grpc: GRPCClient<Transport>
    let endpoint: EtcdEndpoint
    let options: ConnectionOptions
    /// etcd's token for the user; nil without credentials, or when etcd's authentication is off.
    private let token = Mutex<String?>(nil)

    /// What a single answer may weigh, in bytes, unless the call says otherwise.
    static let answerLimit = 64 << 20

    init(grpc: GRPCClient<Transport>, endpoint: EtcdEndpoint, options: ConnectionOptions) {
        self.grpc = grpc
        self.endpoint = endpoint
        self.options = options
    }

    /// What to send along with a call.
    struct Context: Sendable {
        var metadata: Metadata
        var options: CallOptions
    }

    /// Makes one call with an answer of one message.
    ///
    /// A token that etcd no longer knows is renewed once; etcd refused the call before doing anything, so that
    /// even a put may be repeated then.
    ///
    /// - Parameters:
    ///   - answerLimit: In bytes.
    ///   - timeout: nil for the options' limit.
    ///   - call: The generated call; it is handed metadata and options.
    /// - Returns: The answer's message.
    /// - Throws: ``EtcdClientError``; `CancellationError`.
    func unary<Answer: Sendable>(
        answerLimit: Int = Calls.answerLimit,
        timeout: Duration? = nil,
        _ call: @escaping @Sendable (Context) async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await self.once(answerLimit, timeout, call)
        } catch let error as RPCError where error.tokenIsOld && self.options.credentials != nil {
            try await self.authenticate()
            return try await self.translating(answerLimit) {
                try await self.once(answerLimit, timeout, call)
            }
        } catch {
            return try await self.translating(answerLimit) { throw error }
        }
    }

    /// Fetches a token for the user; nothing to do without credentials.
    func authenticate() async throws {
        guard let credentials = self.options.credentials else { return }
        let auth = Etcdserverpb_Auth.Client(wrapping: self.grpc)
        let request = Etcdserverpb_AuthenticateRequest.with {
            $0.name = credentials.user
            $0.password = credentials.password
        }
        do {
            let answer = try await self.once(Calls.answerLimit, nil) { context in
                try await auth.authenticate(request, options: context.options)
            }
            self.token.withLock { $0 = answer.token }
        } catch let error as RPCError where error.authenticationIsOff {
            self.token.withLock { $0 = nil }
        } catch {
            try await self.translating(Calls.answerLimit) { throw error }
        }
    }

    func context(answerLimit: Int) -> Context {
        var options = CallOptions.defaults
        // The transport reads the limit for what it receives from the option named for requests.
        options.maxRequestMessageBytes = answerLimit
        options.maxResponseMessageBytes = answerLimit
        let token = self.token.withLock { $0 }
        return Context(metadata: token.map { ["token": "\($0)"] } ?? [:], options: options)
    }

    private func once<Answer: Sendable>(
        _ answerLimit: Int,
        _ timeout: Duration?,
        _ call: @escaping @Sendable (Context) async throws -> Answer
    ) async throws -> Answer {
        let context = self.context(answerLimit: answerLimit)
        let limit = timeout ?? self.options.callTimeout
        return try await within(limit, else: EtcdClientError(.timedOut(limit), at: self.endpoint)) {
            try await call(context)
        }
    }

    /// Runs `body` and turns gRPC's errors into ``EtcdClientError``; others pass.
    func translating<Result>(_ answerLimit: Int, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as RPCError {
            try Task.checkCancellation()
            let reason = EtcdClientError.Reason(
                error,
                user: self.options.credentials?.user,
                answerLimit: answerLimit
            )
            throw EtcdClientError(reason, at: self.endpoint)
        } catch is RuntimeError {
            // gRPC's client stops when its only connection ends.
            throw EtcdClientError(.connectionLost, at: self.endpoint)
        }
    }
}

/// Runs `body`, and cancels it and throws `error` when it takes longer than `limit`.
func within<Result: Sendable>(
    _ limit: Duration,
    else error: EtcdClientError,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw error }
        return result
    }
}
