public import EtcdMessages
import EtcdRPC
import Foundation
public import GRPCCore
import GRPCProtobuf
import SwiftProtobuf
import Synchronization

/// Answers as kine does for a few keys: without IDs, leader, snapshots and leases.
///
/// Source: k3s-io/kine `pkg/server/kv.go`, `get.go`, `list.go`, `maintenance.go` and `cluster.go`.
public final class FakeKine: RegistrableRPCService {
    /// How it finds the keys of a range.
    public enum Comparison: Sendable, CaseIterable {
        /// `name >= key AND name < end`.
        case bounds
        /// As before June 2026: the end, lowered by one, is a prefix, to which a slash is added when it has none.
        case prefix
    }

    fileprivate struct State {
        var rows: [Mvccpb_KeyValue]
        var revision: Int64
        var writesWhenRead: Bool
    }

    private let comparison: Comparison
    private let state: Mutex<State>

    /// - Parameters:
    ///   - rows: The newest row of each live key; `compact_rev_key` is added, as kine itself keeps it.
    ///   - revision: The newest revision.
    ///   - comparison: How keys are found.
    ///   - writesWhenRead: Whether somebody writes one more key before every answer.
    public init(
        _ rows: [Mvccpb_KeyValue],
        revision: Int64,
        comparison: Comparison = .bounds,
        writesWhenRead: Bool = false
    ) {
        let compaction = Mvccpb_KeyValue.with {
            $0.key = Data("compact_rev_key".utf8)
            $0.createRevision = 1
            $0.modRevision = 1
        }
        self.comparison = comparison
        self.state = Mutex(
            State(rows: rows + [compaction], revision: revision, writesWhenRead: writesWhenRead)
        )
    }

    public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Etcdserverpb_KV.Method.Range.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_RangeRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_RangeResponse>()
        ) { request, _ in
            let query = try await ServerRequest(stream: request).message
            return StreamingServerResponse(single: ServerResponse(message: try self.answer(query)))
        }
        router.registerHandler(
            forMethod: Etcdserverpb_Cluster.Method.MemberList.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_MemberListRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_MemberListResponse>()
        ) { _, _ in
            let answer = Etcdserverpb_MemberListResponse.with {
                $0.members = [.with { $0.name = "kine" }]
            }
            return StreamingServerResponse(single: ServerResponse(message: answer))
        }
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Status.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_StatusRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_StatusResponse>()
        ) { _, _ in
            let answer = Etcdserverpb_StatusResponse.with {
                $0.version = "3.5.13"
                $0.dbSize = 4096
            }
            return StreamingServerResponse(single: ServerResponse(message: answer))
        }
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Snapshot.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_SnapshotRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_SnapshotResponse>()
        ) { _, _ in
            throw RPCError(code: .unknown, message: "snapshot is not supported")
        }
    }

    private func answer(_ query: Etcdserverpb_RangeRequest) throws -> Etcdserverpb_RangeResponse {
        if query.serializable { throw unsupported("serializable") }
        if query.sortOrder != .none { throw unsupported("sortOrder") }
        if query.rangeEnd.isEmpty, query.limit > 1 { throw unsupported("limit") }
        return self.state.withLock { state in
            if state.writesWhenRead { state.write() }
            let shown = query.revision > 0 ? query.revision : state.revision
            let found = state.rows.filter { $0.modRevision <= shown && self.holds($0.key, query) }
                .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            let limit = query.limit > 0 ? Int(query.limit) : found.count
            return .with {
                $0.header.revision = state.revision
                $0.count = Int64(found.count)
                $0.more = found.count > limit
                if !query.countOnly { $0.kvs = Array(found.prefix(limit)) }
            }
        }
    }

    private func holds(_ key: Data, _ query: Etcdserverpb_RangeRequest) -> Bool {
        guard let last = query.rangeEnd.last else { return key == query.key }
        guard !key.lexicographicallyPrecedes(query.key) else { return false }
        switch self.comparison {
        case .bounds: return key.lexicographicallyPrecedes(query.rangeEnd)
        case .prefix:
            var prefix = query.rangeEnd.dropLast() + [last &- 1]
            if prefix.last != UInt8(ascii: "/") { prefix.append(UInt8(ascii: "/")) }
            return key.starts(with: prefix)
        }
    }
}

extension FakeKine.State {
    fileprivate mutating func write() {
        self.revision += 1
        let row = Mvccpb_KeyValue.with {
            $0.key = Data("/registry/configmaps/busy/m\(self.revision)".utf8)
            $0.value = Data("{}".utf8)
            $0.createRevision = self.revision
            $0.modRevision = self.revision
        }
        self.rows.append(row)
    }
}

private func unsupported(_ field: String) -> RPCError {
    RPCError(code: .unimplemented, message: "\(field) is not implemented by kine")
}
