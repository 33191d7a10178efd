import CChecksums
import JSONText
import ProtobufWire

/// The raft snapshot beside the database: the membership once more, in the form of etcd's first API.
///
/// etcd 3.4 to 3.6 start without it, but their own tools write it.
///
/// The file is `snappb.Snapshot {crc = 1, data = 2}`: the CRC-32C of `data`, and in `data` the message
/// `raftpb.Snapshot` whose own data is the JSON of a tree of nodes:
///
///     /0/members/<member id>/raftAttributes = {"peerURLs":[…]}
///     /1
///
/// with a history of 1,000 events, of which one a member is used.
///
/// Source: etcd-io/etcd `server/etcdserver/api/snap/snapshotter.go`, `…/api/v2store/store.go`.
public enum SnapFile {
    /// The length of the history of events.
    private static let eventCapacity = 1000
    /// What etcd writes for a node that never expires.
    private static let never = "0001-01-01T00:00:00Z"

    /// The file's name below `member/snap`.
    public static func name(_ cluster: InitialCluster) -> String {
        DataDirectoryName.snapshot(term: WALWriter.term, index: UInt64(cluster.members.count))
    }

    /// The file's content.
    public static func bytes(_ cluster: InitialCluster) -> [UInt8] {
        let snapshot = RaftMessage.snapshot(
            data: Array(self.json(cluster).utf8),
            confState: RaftMessage.confState(voters: cluster.members.map(\.id)),
            index: UInt64(cluster.members.count),
            term: WALWriter.term
        )
        var file = ProtobufWriter()
        file.append(UInt64(registree_crc32c(0, snapshot, snapshot.count)), field: 1)
        file.append(snapshot, field: 2)
        return file.bytes
    }

    /// The tree as JSON.
    static func json(_ cluster: InitialCluster) -> String {
        let count = cluster.members.count
        let members = cluster.members.enumerated().map { index, member in
            "\"\(member.id)\":" + self.memberNode(member, index: index + 1)
        }
        let memberList = self.node("/0/members", index: 1, children: members)
        let root = self.node(
            "/",
            index: 0,
            children: [
                "\"0\":" + self.node("/0", index: 0, children: ["\"members\":" + memberList]),
                "\"1\":" + self.node("/1", index: 0, children: []),
            ]
        )
        return """
            {"Root":\(root),"WatcherHub":{"EventHistory":\(self.history(cluster))},\
            "CurrentIndex":\(count),"Stats":\(self.statistics(creations: count)),"CurrentVersion":2}
            """
    }

    private static func memberNode(_ member: InitialCluster.Member, index: Int) -> String {
        let path = "/0/members/\(member.id)"
        let attributes = self.node(
            path + "/raftAttributes",
            index: index,
            value: self.attributes(member),
            children: nil
        )
        return self.node(path, index: index, children: ["\"raftAttributes\":" + attributes])
    }

    /// What a member's node holds; itself JSON.
    private static func attributes(_ member: InitialCluster.Member) -> String {
        "{\"peerURLs\":\(GoJSON.strings(member.peerURLs))}"
    }

    /// One node; without children it is a file and holds a value.
    private static func node(
        _ path: String,
        index: Int,
        value: String = "",
        children: [String]?
    ) -> String {
        let children = children.map { "{" + $0.joined(separator: ",") + "}" } ?? "null"
        return """
            {"Path":"\(path)","CreatedIndex":\(index),"ModifiedIndex":\(index),"ExpireTime":"\(self.never)",\
            "Value":\(GoJSON.string(value)),"Children":\(children)}
            """
    }

    private static func history(_ cluster: InitialCluster) -> String {
        let count = cluster.members.count
        let events = cluster.members.enumerated().map { index, member in
            """
            {"action":"create","node":{"key":"/0/members/\(member.id)/raftAttributes",\
            "value":\(GoJSON.string(self.attributes(member))),\
            "modifiedIndex":\(index + 1),"createdIndex":\(index + 1)}}
            """
        }
        let unused = repeatElement("null", count: max(0, self.eventCapacity - count))
        return """
            {"Queue":{"Events":[\((events + unused).joined(separator: ","))],"Size":\(count),"Front":0,\
            "Back":\(count),"Capacity":\(self.eventCapacity)},"StartIndex":1,"LastIndex":\(count)}
            """
    }

    private static func statistics(creations: Int) -> String {
        let operations = ["gets", "sets", "delete", "update", "create", "compareAndSwap", "compareAndDelete"]
        let counters = operations.flatMap { operation in
            let successes = operation == "create" ? creations : 0
            return ["\"\(operation)Success\":\(successes)", "\"\(operation)Fail\":0"]
        }
        return "{" + (counters + ["\"expireCount\":0", "\"watchers\":0"]).joined(separator: ",") + "}"
    }
}
