import EtcdMessages
import EtcdServer
import EtcdStore
import Foundation
import GRPCCore
import SwiftProtobuf

/// What a store answered, without what may differ between two of them: identities, raft terms, the seconds
/// that leases have left, and the order of equals.
enum StoreAnswer: Equatable, Sendable, CustomStringConvertible {
    case message(any SwiftProtobuf.Message)
    case refusal(code: RPCError.Code, text: String)

    var description: String {
        switch self {
        case .message(let message): message.textFormatString()
        case .refusal(let code, let text): "\(code): \(text)"
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.message(let left), .message(let right)): left.isEqualTo(message: right)
        case (.refusal(let code, let text), .refusal(let otherCode, let otherText)):
            code == otherCode && text == otherText
        default: false
        }
    }

    /// The answer that `body` gives or throws.
    static func of(_ body: () async throws -> any SwiftProtobuf.Message) async throws -> StoreAnswer {
        do {
            return .message(try await body())
        } catch let error as RPCError {
            return .refusal(code: error.code, text: error.message)
        } catch let refusal as EtcdError {
            let error = RPCError(refusal)
            return .refusal(code: error.code, text: error.message)
        }
    }
}

extension Etcdserverpb_ResponseHeader {
    /// The revision alone.
    var anonymous: Self { .with { $0.revision = self.revision } }
}

extension Etcdserverpb_RangeResponse {
    func comparable(_ request: Etcdserverpb_RangeRequest) -> Self {
        var response = self
        response.header = self.header.anonymous
        guard request.sortTarget != .key else { return response }
        // Whatever the order of equals: without a limit all are there, with one their sort values are.
        if request.limit <= 0 {
            response.kvs.sort { $0.key.lexicographicallyPrecedes($1.key) }
        } else {
            response.kvs = self.kvs.map { $0.only(request.sortTarget) }
        }
        return response
    }
}

extension Mvccpb_KeyValue {
    fileprivate func only(_ target: Etcdserverpb_RangeRequest.SortTarget) -> Self {
        switch target {
        case .version: .with { $0.version = self.version }
        case .create: .with { $0.createRevision = self.createRevision }
        case .mod: .with { $0.modRevision = self.modRevision }
        case .value: .with { $0.value = self.value }
        default: self
        }
    }
}
