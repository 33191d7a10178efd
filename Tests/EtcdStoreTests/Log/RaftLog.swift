import EtcdMessages
import Foundation
import SwiftProtobuf
import SystemPackage
import TestSupport

@testable import EtcdStorage

/// The requests in the log of a stopped member that never began a second file of it, in order.
struct RaftLog {
    private(set) var requests: [Etcdserverpb_InternalRaftRequest] = []

    init(of member: EtcdMember) throws {
        let layout = DataDirectoryLayout(root: member.dataDirectory.string)
        let name = "0000000000000000-0000000000000000.wal"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(layout.writeAheadLog)/\(name)")))
        var segment = WALSegment(continuing: 0, isLast: true)
        while let record = try segment.next(in: bytes.span.bytes) {
            guard record.kind == .entry else { continue }
            let entry = try Raftpb_Entry(serializedBytes: Array(bytes[record.data]))
            guard entry.type == .entryNormal, !entry.data.isEmpty else { continue }
            // What cannot be read as one is a request of etcd's API of version 2.
            let request = try? Etcdserverpb_InternalRaftRequest(serializedBytes: entry.data)
            self.requests.append(try request ?? .with { $0.v2 = try .init(serializedBytes: entry.data) })
        }
    }
}
