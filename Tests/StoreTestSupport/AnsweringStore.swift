import EtcdMessages
package import EtcdStore
import Foundation
import SwiftProtobuf

extension Store {
    /// Does a request, and holds the serialised range to the message on the way.
    package func answer(_ request: StoreRequest, at now: UInt64 = 0) async throws -> StoreAnswer {
        try await StoreAnswer.of {
            switch request {
            case .range(let request):
                let response = try self.range(request)
                let bytes = try self.rangeAnswer(request).bytes
                let decoded = try Etcdserverpb_RangeResponse(serializedBytes: bytes)
                guard decoded == response else { throw DifferentBytes() }
                return response.comparable(request)
            case .put(let request):
                var response = try self.put(request)
                response.header = response.header.anonymous
                return response
            case .deleteRange(let request):
                var response = try self.deleteRange(request)
                response.header = response.header.anonymous
                return response
            case .txn(let request):
                var response = try self.txn(request)
                response.header = response.header.anonymous
                return response
            case .compact(let request):
                var response = try self.compact(request)
                response.header = response.header.anonymous
                return response
            case .leaseGrant(let request):
                var response = try self.leaseGrant(request, at: now)
                response.header = response.header.anonymous
                return response
            case .leaseRevoke(let request):
                var response = try self.leaseRevoke(request)
                response.header = response.header.anonymous
                return response
            case .leaseKeepAlive(let request):
                var response = self.leaseKeepAlive(request, at: now)
                response.header = response.header.anonymous
                return response
            case .leaseTimeToLive(let request):
                return self.leaseTimeToLive(request, at: now).comparable
            case .leaseLeases:
                return self.leaseLeases(.init()).comparable
            case .hashKV(let request):
                var response = try self.hashKV(request)
                response.header = response.header.anonymous
                return response
            }
        }
    }
}

private struct DifferentBytes: Error {}

extension RangeResponseBytes {
    /// The serialised answer.
    fileprivate var bytes: [UInt8] {
        get throws {
            var bytes = [UInt8](repeating: 0, count: self.byteCount)
            try bytes.withUnsafeMutableBytes { try self.write(into: $0) }
            return bytes
        }
    }
}

extension Etcdserverpb_LeaseTimeToLiveResponse {
    var comparable: Self {
        var response = self
        response.header = self.header.anonymous
        response.ttl = min(self.ttl, 0)
        response.keys.sort { $0.lexicographicallyPrecedes($1) }
        return response
    }
}

extension Etcdserverpb_LeaseLeasesResponse {
    var comparable: Self {
        var response = self
        response.header = self.header.anonymous
        response.leases.sort { $0.id < $1.id }
        return response
    }
}
