package import EtcdMessages
package import Foundation
import SwiftProtobuf
import SystemPackage
package import TestSupport

@testable import EtcdStorage

/// The log of a stopped member that never began a second file of it.
package struct RaftLog {
    /// The entries, in order.
    package private(set) var entries: [Raftpb_Entry] = []
    /// The last state of the member.
    package private(set) var state = Raftpb_HardState()

    package init(of member: EtcdMember) throws {
        let layout = DataDirectoryLayout(root: member.dataDirectory.string)
        let name = "0000000000000000-0000000000000000.wal"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(layout.writeAheadLog)/\(name)")))
        var segment = WALSegment(continuing: 0, isLast: true)
        while let record = try segment.next(in: bytes.span.bytes) {
            switch record.kind {
            case .entry: self.entries.append(try Raftpb_Entry(serializedBytes: Array(bytes[record.data])))
            case .state: self.state = try Raftpb_HardState(serializedBytes: Array(bytes[record.data]))
            default: break
            }
        }
    }

    /// The data of normal entries: a request each.
    package var requestData: [Data] {
        self.entries.filter { $0.type == .entryNormal && !$0.data.isEmpty }.map(\.data)
    }

    /// The requests, in order.
    package var requests: [Etcdserverpb_InternalRaftRequest] {
        get throws {
            try self.requestData.map { data in
                // What cannot be read as one is a request of etcd's API of version 2.
                let request = try? Etcdserverpb_InternalRaftRequest(serializedBytes: data)
                return try request ?? .with { $0.v2 = try .init(serializedBytes: data) }
            }
        }
    }
}
