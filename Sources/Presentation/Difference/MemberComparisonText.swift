import EtcdClient
import EtcdStorage
public import Operations

/// In what the members of a cluster differ.
public struct MemberComparisonText: Report {
    private let result: MemberComparison.Result

    public init(_ result: MemberComparison.Result) {
        self.result = result
    }

    public var text: String {
        var table = Table(headings: [
            "MEMBER", "ENDPOINT", "VERSION", "REVISION", "SIZE", "HASHKV", "COMPACTED", "KEYS", "ALARMS",
        ])
        for member in self.result.members {
            table.append([
                memberName(member),
                member.endpoint,
                member.status.version,
                String(member.status.revision),
                humanByteCount(UInt64(max(0, member.status.databaseSize))),
                member.hash.map { String($0.hash) } ?? "-",
                member.hash.map { String(max(0, $0.compactRevision)) } ?? "-",
                member.keyCount.map(String.init) ?? "-",
                member.status.alarms.filter { $0.memberID == member.status.memberID }
                    .map(\.alarm.rawValue).joined(separator: ","),
            ])
        }
        let lines = self.silentLines + self.verdictLines + self.result.differentKeys.map(self.line)
        return table.lines + "\n" + lines.map { $0 + "\n" }.joined()
    }

    private var silentLines: [String] {
        self.result.silent.map { silent in
            let (endpoint, error) = (terminalText(silent.endpoint), terminalText("\(silent.error)"))
            return "Not compared: " + (error.hasPrefix(endpoint) ? error : "\(endpoint): \(error)")
        }
    }

    private var verdictLines: [String] {
        let place = "at revision \(self.result.revision)"
        guard let count = self.result.differentKeyCount else {
            return ["All members have the same keys and history \(place): their hashes are equal"]
        }
        var lines: [String] = []
        if self.result.areHashesDifferent { lines.append("The hashes differ \(place)") }
        if count == 0 {
            lines.append(
                self.result.areHashesDifferent
                    ? "All members have the same live keys: what differs is in the history"
                    : "All members have the same live keys \(place); their histories are not compared, since they were compacted at different revisions or give no hash"
            )
        } else {
            let shown = self.result.differentKeys.count
            lines.append(
                "\(counted(count, "key")) differ\(count == 1 ? "s" : "")"
                    + (shown < count ? ", the first \(shown) of them:" : ":")
            )
        }
        return lines
    }

    private func line(_ key: MemberComparison.DifferentKey) -> String {
        let states = zip(self.result.members, key.states).map { member, state in
            "\(memberName(member)) \(words(of: state))"
        }
        return "  \(terminalText(key.key)): " + states.joined(separator: "; ")
    }

    public func json() throws -> String {
        try indentedJSON(ComparisonJSON(self.result))
    }
}

/// A member's ID as etcdctl writes it.
private func memberName(_ member: MemberComparison.Member) -> String {
    String(member.status.memberID, radix: 16)
}

private func words(of state: MemberComparison.State?) -> String {
    guard let state else { return "does not have it" }
    let metadata = state.metadata
    let lease = metadata.lease == 0 ? "" : " lease \(String(UInt64(bitPattern: metadata.lease), radix: 16))"
    return
        "created \(metadata.createRevision) changed \(metadata.modRevision) version \(metadata.version)\(lease)"
        + " value \(letter(state.value))"
}

/// `A`, `B`, …: equal letters stand for equal values.
private func letter(_ value: Int) -> String {
    value < 26 ? String(UnicodeScalar(UInt8(ascii: "A") + UInt8(value))) : String(value)
}

/// The shape of `diff --cluster -o json`.
private struct ComparisonJSON: Encodable {
    struct Member: Encodable {
        var id: String
        var endpoint: String
        var version: String
        var revision: Int64
        var databaseSize: Int64
        var hash: UInt32?
        var compactRevision: Int64?
        var keys: Int?
        var alarms: [String]
    }

    struct Key: Encodable {
        var key: String
        /// By the member's ID; a member that does not have the key is missing.
        var members: [String: State]
    }

    struct State: Encodable {
        var createRevision: Int64
        var modRevision: Int64
        var version: Int64
        var lease: String?
        var value: String
    }

    struct Silent: Encodable {
        var endpoint: String
        var error: String
    }

    var revision: Int64
    var different: Bool
    var members: [Member]
    var notCompared: [Silent]
    var differentKeys: Int?
    var keys: [Key]

    init(_ result: MemberComparison.Result) {
        self.revision = result.revision
        self.different = result.isDifferent
        self.members = result.members.map { member in
            Member(
                id: memberName(member),
                endpoint: member.endpoint,
                version: member.status.version,
                revision: member.status.revision,
                databaseSize: member.status.databaseSize,
                hash: member.hash?.hash,
                compactRevision: member.hash?.compactRevision,
                keys: member.keyCount,
                alarms: member.status.alarms.map(\.alarm.rawValue)
            )
        }
        self.notCompared = result.silent.map { Silent(endpoint: $0.endpoint, error: "\($0.error)") }
        self.differentKeys = result.differentKeyCount
        self.keys = result.differentKeys.map { key in
            var members: [String: State] = [:]
            for (member, state) in zip(result.members, key.states) {
                members[memberName(member)] = state.map(State.init)
            }
            return Key(key: terminalText(key.key), members: members)
        }
    }
}

extension ComparisonJSON.State {
    fileprivate init(_ state: MemberComparison.State) {
        self.init(
            createRevision: state.metadata.createRevision,
            modRevision: state.metadata.modRevision,
            version: state.metadata.version,
            lease: state.metadata.lease == 0
                ? nil : String(UInt64(bitPattern: state.metadata.lease), radix: 16),
            value: letter(state.value)
        )
    }
}
