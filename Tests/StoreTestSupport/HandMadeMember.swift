package import EtcdMessages
package import EtcdStore
import Files
import Foundation
import SwiftProtobuf
package import SystemPackage

@testable package import EtcdStorage

/// A write-ahead log that is written record by record.
package struct HandMadeLog {
    /// A segment that is complete or is being written.
    package struct Segment {
        package var name: String
        package var bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    private var complete: [Segment] = []
    private var writer: WALWriter
    private var name: String
    private var sequence: UInt64
    private let metadata: [UInt8]

    package init(
        member: UInt64 = 1,
        cluster: UInt64 = 9,
        sequence: UInt64 = 0,
        index: UInt64 = 0,
        continuing checksum: UInt32 = 0
    ) {
        self.metadata = RaftMessage.metadata(
            member: MemberID(rawValue: member),
            cluster: ClusterID(rawValue: cluster)
        )
        self.sequence = sequence
        self.name = DataDirectoryName.segment(sequence: sequence, index: index)
        self.writer = WALWriter(continuing: checksum)
        self.append(.checksum, nil)
        self.append(.metadata, self.metadata)
    }

    /// All segments, the last one as far as it is written.
    package var segments: [Segment] {
        self.complete + [Segment(name: self.name, bytes: self.writer.bytes)]
    }

    /// What the checksums of all records have come to.
    package var checksum: UInt32 { self.writer.checksum }

    private mutating func append(_ kind: WALRecordKind, _ data: [UInt8]?) {
        self.writer.append(kind, data)
    }

    package mutating func entry(_ index: UInt64, term: UInt64, kind: UInt64 = 0, _ data: [UInt8] = []) throws
    {
        var entry = Raftpb_Entry()
        entry.term = term
        entry.index = index
        entry.data = Data(data)
        // proto2 keeps an unknown number of an enumeration apart.
        entry.type = Raftpb_EntryType(rawValue: Int(kind)) ?? .entryNormal
        self.append(.entry, try entry.serializedBytes())
    }

    package mutating func request(
        _ index: UInt64,
        term: UInt64,
        _ change: (inout Etcdserverpb_InternalRaftRequest) -> Void
    ) throws {
        var request = Etcdserverpb_InternalRaftRequest()
        request.header.id = index
        change(&request)
        try self.entry(index, term: term, request.serializedBytes())
    }

    package mutating func put(
        _ index: UInt64,
        term: UInt64,
        _ key: String,
        _ value: String = "",
        lease: Int64 = 0
    ) throws {
        try self.request(index, term: term) { request in
            request.put = .putting(key, Data(value.utf8))
            request.put.lease = lease
        }
    }

    package mutating func change(
        _ index: UInt64,
        term: UInt64,
        _ type: Raftpb_ConfChangeType,
        member: UInt64,
        context: String = ""
    ) throws {
        var change = Raftpb_ConfChange()
        change.id = index
        change.type = type
        change.nodeID = member
        if !context.isEmpty { change.context = Data(context.utf8) }
        try self.entry(index, term: term, kind: 1, change.serializedBytes())
    }

    package mutating func state(term: UInt64, commit: UInt64) {
        self.append(.state, RaftMessage.hardState(term: term, vote: MemberID(rawValue: 1), commit: commit))
    }

    package mutating func snapshot(_ index: UInt64, term: UInt64) {
        self.append(.snapshot, RaftMessage.logSnapshot(index: index, term: term))
    }

    /// Goes on in a new segment, whose first entry has the index.
    package mutating func cut(at index: UInt64) {
        self.complete.append(Segment(name: self.name, bytes: self.writer.bytes))
        self.sequence += 1
        self.name = DataDirectoryName.segment(sequence: self.sequence, index: index)
        self.writer = WALWriter(continuing: self.writer.checksum)
        self.append(.checksum, nil)
        self.append(.metadata, self.metadata)
    }
}

/// A member's data directory with a database and a log that are made by hand.
package struct HandMadeMember {
    package let directory: FilePath

    private var layout: DataDirectoryLayout { DataDirectoryLayout(root: self.directory.string) }

    /// Makes the directory with the database of `store`.
    ///
    /// - Parameters:
    ///   - directory: It must not exist.
    ///   - store: What the database holds.
    ///   - members: The cluster's.
    ///   - voters: Who votes as the database says; nil for the members that do.
    ///   - index: The last entry that the database has.
    ///   - term: Of that entry.
    /// - Throws: When it cannot be written.
    package init(
        _ directory: FilePath,
        store: Store = Store(identity: .alone),
        members: [Member] = [Member(id: 1, peerURLs: ["http://m1:2380"])],
        voters: [UInt64]? = nil,
        index: UInt64,
        term: UInt64
    ) throws {
        self.directory = directory
        for path in [self.layout.snapshots, self.layout.writeAheadLog] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        var image = try store.image()
        let voters = (voters ?? members.filter { $0.isLearner != true }.map(\.id)).map { "\($0)" }
            .joined(separator: ",")
        image.smallBuckets[.meta] = .meta(
            consistentIndex: index,
            term: term,
            confState: "{\"voters\":[\(voters)],\"auto_leave\":false}"
        )
        let pairs = members.map { ($0.key, $0.json) }
        image.smallBuckets[.members] = .replaced(by: Dictionary(uniqueKeysWithValues: pairs))
        let file = try OutputFile(creating: self.layout.database)
        _ = try image.writeDatabase(to: file)
        try file.close()
    }

    /// Writes the segments of a log, in place of what was there.
    package func write(_ segments: [HandMadeLog.Segment]) throws {
        let log = self.layout.writeAheadLog
        for name in try FileManager.default.contentsOfDirectory(atPath: log) {
            try FileManager.default.removeItem(atPath: "\(log)/\(name)")
        }
        for segment in segments {
            try Data(segment.bytes).write(to: URL(fileURLWithPath: "\(log)/\(segment.name)"))
        }
    }

    package func write(_ log: HandMadeLog) throws { try self.write(log.segments) }

    package var database: EtcdDatabase {
        get throws { try EtcdDatabase(path: self.directory.string) }
    }

    /// The member with its log.
    ///
    /// - Returns: What was to be done, and the member where something was.
    package func replay(
        uncommitted: UncommittedEntries = .keep,
        isOfQuorum: Bool = false
    ) throws -> (plan: ReplayPlan, member: ReplayedMember?)? {
        let database = try self.database
        guard let entries = try database.memberLogAndEntries()?.entries else { return nil }
        let facts = try StoreFacts(reading: database)
        let plan = ReplayPlan(entries, on: facts, uncommitted: uncommitted, isOfQuorum: isOfQuorum)
        guard !plan.indexes.isEmpty else { return (plan, nil) }
        return (plan, try ReplayedMember(plan, of: entries, over: database) { "hash of \($0)" })
    }
}
