package import EtcdMessages
import EtcdStore
package import Foundation
package import GRPCCore
package import SwiftProtobuf

/// What a store answered, without what may differ between two of them: identities, raft terms, the seconds
/// that leases have left, and the order of equals.
package enum StoreAnswer: Equatable, Sendable, CustomStringConvertible {
    case message(any SwiftProtobuf.Message)
    case refusal(code: RPCError.Code, text: String)

    package var description: String {
        switch self {
        case .message(let message): message.textFormatString()
        case .refusal(let code, let text): "\(code): \(text)"
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.message(let left), .message(let right)): left.isEqualTo(message: right)
        case (.refusal(let code, let text), .refusal(let otherCode, let otherText)):
            code == otherCode && text == otherText
        default: false
        }
    }

    /// The answer that `body` gives or throws.
    package static func of(_ body: () async throws -> any SwiftProtobuf.Message) async throws -> StoreAnswer {
        do {
            return .message(try await body())
        } catch let error as RPCError {
            return .refusal(code: error.code, text: error.message)
        } catch let refusal as EtcdError {
            let code = Status.Code(rawValue: refusal.code.rawValue).flatMap { RPCError.Code($0) }
            return .refusal(code: code ?? .unknown, text: refusal.text)
        }
    }
}

extension Etcdserverpb_ResponseHeader {
    /// The revision alone.
    package var anonymous: Self { .with { $0.revision = self.revision } }
}

extension Etcdserverpb_RangeResponse {
    package func comparable(_ request: Etcdserverpb_RangeRequest) -> Self {
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

extension Etcdserverpb_PutRequest {
    package static func putting(_ key: String, _ value: Data) -> Self {
        var request = Self()
        request.key = Data(key.utf8)
        request.value = value
        return request
    }
}

extension Etcdserverpb_RangeRequest {
    package static func key(_ key: String) -> Self {
        var request = Self()
        request.key = Data(key.utf8)
        return request
    }
}
