import EtcdStorage
import EtcdStore
public import Operations

/// What the directories of several members hold, beside each other, and which of them to take.
public struct MembersText: Report {
    private let report: MembersReport

    public init(_ report: MembersReport) {
        self.report = report
    }

    public var text: String {
        var table = Table(headings: [
            "DIRECTORY", "MEMBER", "NAME", "LAST ENTRY", "TERM", "COMMITTED", "APPLIED", "REVISION",
            "WITH LOG",
            "HASHKV", "LOG",
        ])
        for member in self.report.members {
            table.append([
                member.path, member.member.map { "\($0)" } ?? "unknown", member.name ?? "",
                member.last.map { "\($0.index)" } ?? "none", member.last.map { "\($0.term)" } ?? "",
                member.committed.map { "\($0)" } ?? "", "\(member.applied.index)",
                member.databaseRevision.map { "\($0)" } ?? "damaged", member.revision.map { "\($0)" } ?? "",
                member.hashKV.map { "\($0)" } ?? "none", self.agreementText(member),
            ])
        }
        let lines = self.findings.map { "\($0)\n" }.joined()
        let cluster = self.report.members.lazy.compactMap(\.cluster).first
        return (cluster.map { "cluster \($0), HashKV at revision \(self.report.commonRevision)\n" } ?? "")
            + table.lines
            + lines + "\(self.verdict)\n"
    }

    /// Which one to take, and why; of a damaged one what is left to do.
    private var verdict: String {
        let choice = self.report.choice
        guard self.report.members.contains(where: { $0.path == choice.path && $0.damage != nil }) else {
            return "Take \(choice.path): \(choice.reason)"
        }
        let others =
            self.report.members.count > 1 ? ", or take one of the others, whose logs end earlier" : ""
        return
            "\(choice.path) has most, and its database is damaged: `registree salvage \(choice.path) NEW` saves what "
            + "can be read of it\(others): \(choice.reason)"
    }

    private func agreementText(_ member: ExaminedMember) -> String {
        if member.path == self.report.choice.path { return "to take" }
        guard let agreement = member.agreement else { return "cannot be compared" }
        return agreement.contradict ? "differs behind \(agreement.index)" : "agrees up to \(agreement.index)"
    }

    /// What is wrong or to be known, a line each.
    private var findings: [String] {
        var lines: [String] = []
        for left in self.report.choice.leftOut { lines.append("\(left.path): cannot be read: \(left.error)") }
        for member in self.report.members {
            if let damage = member.damage { lines.append("\(member.path): \(damage)") }
            lines += member.problems.map { "\(member.path): \($0.sentence)" }
            if let stop = member.stop {
                lines.append("\(member.path): \(stop.sentence(after: member.lastApplied))")
            } else if member.uncommittedCount > 0 {
                lines.append(
                    "\(member.path): the last \(member.uncommittedCount == 1 ? "entry is" : "\(member.uncommittedCount) entries are") "
                        + "not known to be committed"
                )
            }
        }
        if self.report.hashesDiffer {
            lines.append(
                "the members' records up to revision \(self.report.commonRevision) differ: one of them is corrupt"
            )
        }
        for path in self.report.choice.contradicting {
            lines.append(
                "\(path): its log has other entries that its member took for committed: one of them is corrupt"
            )
        }
        return lines
    }

    public func json() throws -> String {
        let report = self.report
        return try indentedJSON(
            MembersJSON(
                take: report.choice.path,
                reason: report.choice.reason,
                ofMajority: report.choice.isOfQuorum,
                voters: report.choice.voterCount,
                votersGiven: report.choice.votersGiven,
                commonRevision: report.commonRevision,
                hashesDiffer: report.hashesDiffer,
                members: report.members.map { member in
                    MembersJSON.Member(
                        directory: member.path,
                        name: member.name,
                        member: member.member.map { "\($0)" },
                        cluster: member.cluster.map { "\($0)" },
                        lastTerm: member.last?.term,
                        lastIndex: member.last?.index,
                        committedIndex: member.committed,
                        consistentIndex: member.applied.index,
                        databaseRevision: member.databaseRevision,
                        revision: member.revision,
                        compactRevision: member.compactRevision,
                        hashKV: member.hashKV,
                        entriesReplayed: member.appliedCount,
                        entriesUncommitted: member.uncommittedCount,
                        agreesUpTo: member.agreement?.index,
                        contradicts: member.agreement?.contradict,
                        problems: (member.damage.map { ["\($0)"] } ?? []) + member.problems.map(\.sentence)
                            + (member.stop.map { [$0.sentence(after: member.lastApplied)] } ?? [])
                    )
                },
                unreadable: report.choice.leftOut.map {
                    MembersJSON.Unreadable(directory: $0.path, why: "\($0.error)")
                }
            )
        )
    }
}

extension MemberChoice {
    /// Why it is the one to take.
    fileprivate var reason: String {
        let voters =
            self.voterCount == 0
            ? counted(self.votersGiven, "member")
            : "\(self.votersGiven) of \(counted(self.voterCount, "voter"))"
        return "its log goes furthest (term \(self.reach.term), entry \(self.reach.index)) of \(voters), "
            + (self.isOfQuorum
                ? "a majority: it has every entry that the cluster has committed"
                : "which is no majority: a member whose directory is not here may have later entries")
            + self.exceptionsText
    }
}

/// The shape of `members -o json`; IDs in hexadecimal.
private struct MembersJSON: Encodable {
    var take: String
    var reason: String
    var ofMajority: Bool
    var voters: Int
    var votersGiven: Int
    var commonRevision: Int64
    var hashesDiffer: Bool
    var members: [Member]
    var unreadable: [Unreadable]

    struct Member: Encodable {
        var directory: String
        var name: String?
        var member: String?
        var cluster: String?
        var lastTerm: UInt64?
        var lastIndex: UInt64?
        var committedIndex: UInt64?
        var consistentIndex: UInt64
        /// Of the database alone.
        var databaseRevision: Int64?
        /// With the log.
        var revision: Int64?
        var compactRevision: Int64?
        /// At ``MembersJSON/commonRevision``.
        var hashKV: UInt32?
        var entriesReplayed: Int
        var entriesUncommitted: Int
        var agreesUpTo: UInt64?
        var contradicts: Bool?
        var problems: [String]
    }

    struct Unreadable: Encodable {
        var directory: String
        var why: String
    }
}
