import EtcdStore
import GRPCCore
import SwiftProtobuf

/// A request and how many bytes it had.
struct Sized<Content: Sendable>: Sendable {
    var message: Content
    var byteCount: Int
}

/// What a method answers: a message, or its bytes where they are at hand.
protocol Answer: Sendable {
    func serialized<Bytes: GRPCContiguousBytes>() throws -> Bytes
}

struct MessageAnswer<Content: Message>: Answer {
    var message: Content

    func serialized<Bytes: GRPCContiguousBytes>() throws -> Bytes {
        Bytes(try self.message.serializedBytes() as [UInt8])
    }
}

/// Refuses an answer that is longer than etcd sends, with the words of its gRPC.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/grpc.go` (`maxSendBytes`), grpc/grpc-go `server.go`.
///
/// - Parameter byteCount: Length of the answer's message, in bytes.
/// - Throws: `.resourceExhausted` above 2 GiB - 1.
func requireSendable(_ byteCount: Int) throws(EtcdError) {
    let limit = Int(Int32.max)
    guard byteCount <= limit else {
        throw EtcdError(
            .resourceExhausted,
            "grpc: trying to send message larger than max (\(byteCount) vs. \(limit))"
        )
    }
}

extension RangeResponseBytes: Answer {
    func serialized<Bytes: GRPCContiguousBytes>() throws -> Bytes {
        try requireSendable(self.byteCount)
        var bytes = Bytes(repeating: 0, count: self.byteCount)
        try bytes.withUnsafeMutableBytes { try self.write(into: $0) }
        return bytes
    }
}

/// An answer that is there, or one that is made when the client can take it.
enum Reply<Content: Answer>: Sendable {
    case ready(Content)
    /// Made after the answer's headers have gone: so a client that does not read is not made more and more.
    case later(@Sendable () async throws -> Content)
}

struct SizedReader<Content: Message>: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Sized<Content> {
        do {
            let message = try bytes.withUnsafeBytes { try Content(serializedBytes: Array($0)) }
            return Sized(message: message, byteCount: bytes.count)
        } catch {
            throw RPCError(
                code: .internalError,
                message: "grpc: the request is not a \(Content.protoMessageName)"
            )
        }
    }
}

struct AnswerWriter<Content: Answer>: MessageSerializer {
    var served: ServedStore

    func serialize<Bytes: GRPCContiguousBytes>(_ answer: Content) throws -> Bytes {
        do {
            return try answer.serialized()
        } catch let error as EtcdError {
            throw self.served.rpcError(error)
        }
    }
}

extension RPCRouter {
    /// Registers a method that takes one message and answers one.
    mutating func unary<Request: Message, Response: Message>(
        _ method: MethodDescriptor,
        of served: ServedStore,
        _ answer: @escaping @Sendable (Sized<Request>, Caller) async throws -> Response
    ) {
        self.unaryReply(method, of: served) { .ready(MessageAnswer(message: try await answer($0, $1))) }
    }

    /// Registers a method that takes one message and answers one, maybe later.
    mutating func unaryReply<Request: Message, Response: Answer>(
        _ method: MethodDescriptor,
        of served: ServedStore,
        _ answer: @escaping @Sendable (Sized<Request>, Caller) async throws -> Reply<Response>
    ) {
        self.registerHandler(
            forMethod: method,
            deserializer: SizedReader<Request>(),
            serializer: AnswerWriter<Response>(served: served)
        ) { request, context in
            try await served.throwingRPCErrors {
                for try await message in request.messages {
                    let reply = try await answer(message, Caller(request.metadata, context))
                    return StreamingServerResponse(reply, of: served)
                }
                throw RPCError(code: .internalError, message: "grpc: a request without a message")
            }
        }
    }

    /// Registers a method that takes a stream of messages, or one, and answers with a stream.
    mutating func streaming<Request: Message, Response: Answer>(
        _ method: MethodDescriptor,
        of served: ServedStore,
        _ answer:
            @escaping @Sendable (
                RPCAsyncSequence<Sized<Request>, any Error>,
                RPCWriter<Response>,
                Caller
            ) async throws -> Void
    ) {
        self.registerHandler(
            forMethod: method,
            deserializer: SizedReader<Request>(),
            serializer: AnswerWriter<Response>(served: served)
        ) { request, context in
            StreamingServerResponse(of: Response.self) { writer in
                try await served.throwingRPCErrors {
                    try await answer(request.messages, writer, Caller(request.metadata, context))
                }
                return [:]
            }
        }
    }
}

extension StreamingServerResponse where Message: Answer {
    fileprivate init(_ reply: Reply<Message>, of served: ServedStore) {
        switch reply {
        case .ready(let answer): self.init(single: ServerResponse(message: answer))
        case .later(let make):
            self.init(of: Message.self) { writer in
                try await writer.write(try await served.throwingRPCErrors { try await make() })
                return [:]
            }
        }
    }
}

extension ServedStore {
    /// The error as gRPC sends it; damage is logged.
    fileprivate func rpcError(_ error: EtcdError) -> RPCError {
        self.damageLog.note(error)
        return RPCError(error)
    }

    /// Turns what `body` throws into the errors that clients of etcd expect.
    fileprivate func throwingRPCErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as EtcdError {
            throw self.rpcError(error)
        } catch let error as RPCError {
            throw error
        } catch is CancellationError {
            throw RPCError(code: .cancelled, message: "etcdserver: request canceled")
        } catch {
            throw RPCError(code: .unknown, message: "\(error)")
        }
    }
}
