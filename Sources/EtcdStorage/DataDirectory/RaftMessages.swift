import ProtobufWire

/// The few messages of etcd's raft log that a restored cluster begins with.
///
/// Their fields are proto2's: written also when they are 0, as etcd 3.4 to 3.6 do.
///
/// Source: etcd-io/raft `raftpb/raft.proto`; etcd-io/etcd `api/etcdserverpb/raft_internal.proto`.
enum RaftMessage {
    /// `etcdserverpb.Metadata {NodeID = 1, ClusterID = 2}`: whose log it is.
    static func metadata(member: MemberID, cluster: ClusterID) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.append(member.rawValue, field: 1)
        writer.append(cluster.rawValue, field: 2)
        return writer.bytes
    }

    /// `raftpb.Entry {Type = 1, Term = 2, Index = 3, Data = 4}` of type 1, a change of the membership.
    static func addition(of member: InitialCluster.Member, term: UInt64, index: UInt64) -> [UInt8] {
        // raftpb.ConfChange {ID = 1, Type = 2, NodeID = 3, Context = 4}, type 0 = add a voter.
        var change = ProtobufWriter()
        change.append(0, field: 1)
        change.append(0, field: 2)
        change.append(member.id.rawValue, field: 3)
        change.append(member.json, field: 4)
        var entry = ProtobufWriter()
        entry.append(1, field: 1)
        entry.append(term, field: 2)
        entry.append(index, field: 3)
        entry.append(change.bytes, field: 4)
        return entry.bytes
    }

    /// `raftpb.HardState {Term = 1, Vote = 2, Commit = 3}`.
    static func hardState(term: UInt64, vote: MemberID, commit: UInt64) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.append(term, field: 1)
        writer.append(vote.rawValue, field: 2)
        writer.append(commit, field: 3)
        return writer.bytes
    }

    /// `raftpb.ConfState {Voters = 1, …, AutoLeave = 5}`, the voters one by one and not packed.
    static func confState(voters: [MemberID]) -> [UInt8] {
        var writer = ProtobufWriter()
        for voter in voters { writer.append(voter.rawValue, field: 1) }
        writer.append(0, field: 5)
        return writer.bytes
    }

    /// `walpb.Snapshot {index = 1, term = 2, conf_state = 3}`.
    static func logSnapshot(index: UInt64, term: UInt64, confState: [UInt8]? = nil) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.append(index, field: 1)
        writer.append(term, field: 2)
        if let confState { writer.append(confState, field: 3) }
        return writer.bytes
    }

    /// `raftpb.Snapshot {data = 1, metadata = 2}`, the latter `{conf_state = 1, index = 2, term = 3}`.
    static func snapshot(data: [UInt8], confState: [UInt8], index: UInt64, term: UInt64) -> [UInt8] {
        var metadata = ProtobufWriter()
        metadata.append(confState, field: 1)
        metadata.append(index, field: 2)
        metadata.append(term, field: 3)
        var snapshot = ProtobufWriter()
        snapshot.append(data, field: 1)
        snapshot.append(metadata.bytes, field: 2)
        return snapshot.bytes
    }
}
