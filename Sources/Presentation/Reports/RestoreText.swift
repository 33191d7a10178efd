import EtcdStorage
public import Operations
import SystemPackage

private let allMembersAtOnce = "Start all members at about the same time.\n"
private let disarmAdvice = "after the start run `etcdctl alarm disarm`, or writes may be refused"
private let comparisonAdvice =
    "the members' data differed, and this is one member's: compare it with snapshots of the others before you trust it, "
    + "and only then run `etcdctl alarm disarm`"

/// Says that there may not be room for the restored databases; counts of bytes.
public func spaceWarning(neededAtMost needed: UInt64, free: UInt64) -> String {
    "Warning: up to \(humanByteCount(needed)) are needed at the destination, and \(humanByteCount(free)) are free"
}

/// A restore in words: what was done or would be done, what to know, and what to type next.
public struct RestoreReport: Report {
    private let restore: Restore
    private let isDone: Bool
    private let workingDirectory: String

    /// - Parameters:
    ///   - restore: What was asked for.
    ///   - isDone: Whether it was carried out.
    ///   - workingDirectory: What relative paths are relative to.
    public init(_ restore: Restore, isDone: Bool, workingDirectory: String) {
        self.restore = restore
        self.isDone = isDone
        self.workingDirectory = workingDirectory
    }

    private func absolute(_ path: String) -> String {
        FilePath(self.workingDirectory).pushing(FilePath(path)).lexicallyNormalized().string
    }

    /// A sentence for each thing that travels inside the snapshot and may surprise.
    public var warnings: [String] {
        self.planWarnings + self.restore.sourceNotes.compactMap(\.restoreSentence)
    }

    private var planWarnings: [String] {
        self.restore.plan.warnings.map { warning in
            switch warning {
            case .alarms(let alarms):
                "the snapshot has alarms (\(alarms.map { "\($0.kind)" }.joined(separator: ", "))): "
                    + (alarms.contains { $0.kind == .corrupt } ? comparisonAdvice : disarmAdvice)
            case .authentication(let users):
                "authentication is on, with \(counted(users, "user")) and their passwords as of the snapshot"
            case .shortLeases(let count, let seconds):
                "\(count == 1 ? "1 lease has" : "\(count) leases have") at most "
                    + "\(RestoreWarning.shortLease) s left, one of them \(seconds) s: "
                    + "their keys are deleted soon after the start"
            case .storageVersion(let version):
                "the data are of storage version \(version): start them with etcd "
                    + "\(version.split(separator: ".").prefix(2).joined(separator: ".")) or later"
            }
        }
    }

    /// The summary, a line a member, and the next commands.
    public var text: String {
        var table = Table()
        let plan = self.restore.plan
        table.append(["snapshot", self.restore.request.snapshotPath])
        table.append(["digest", self.digestText])
        table.append(["cluster ID", "\(plan.cluster.id)"])
        table.append(["token", plan.cluster.token])
        table.append(["revision", self.revisionText])
        let dropped = plan.droppedMembers.map { "\($0.name ?? "") \(String($0.id, radix: 16))" }
        if !dropped.isEmpty { table.append(["members dropped", dropped.joined(separator: ", ")]) }
        for member in self.restore.members {
            let urls = member.member.peerURLs.joined(separator: ",")
            table.append(["member", "\(member.member.name) \(member.member.id) \(urls)"])
            table.append(["  data directory", member.dataDirectory])
            if member.hasOwnLogDirectory { table.append(["  log directory", member.logDirectory]) }
        }
        let heading = self.isDone ? "Restored.\n" : "Dry run: nothing was written. This would be restored:\n"
        return heading + table.lines + (self.isDone ? "\n" + self.nextCommands : "")
    }

    private var digestText: String {
        if self.restore.request.skipsHashCheck { return "not compared (--skip-hash-check)" }
        return self.isDone ? "SHA-256 matches" : "SHA-256, to be compared"
    }

    private var revisionText: String {
        let plan = self.restore.plan
        guard plan.marksCompacted else { return "\(plan.restoredRevision)" }
        return "\(plan.restoredRevision), raised from \(plan.snapshotRevision), all before it compacted"
    }

    /// What to type next, for etcd as a static pod and as a systemd unit.
    private var nextCommands: String {
        var text = ""
        for member in self.restore.members {
            let isAlone = self.restore.members.count == 1
            text +=
                isAlone
                ? "Next, on the member's host" : "Next, for \(terminalText(member.member.name)), on its host"
            text += " (with its kube-apiserver stopped as well):\n"
            text += staticPodCommands(member) + self.systemdCommands(member)
        }
        return text + (self.restore.plan.cluster.members.count == 1 ? self.otherMembers : allMembersAtOnce)
            + "Then check `etcdctl endpoint health --cluster`.\n"
    }

    /// What becomes of those that a cluster of one has lost; empty when it had no more before.
    private var otherMembers: String {
        let own = self.restore.plan.cluster.members
        let dropped = self.restore.plan.droppedMembers
        let others = dropped.filter { member in
            !own.contains { $0.name == member.name || !Set($0.peerURLs).isDisjoint(with: member.peerURLs) }
        }
        guard dropped.count > 1 else { return "" }
        let names = others.map {
            terminalText($0.name.flatMap { $0.isEmpty ? nil : $0 } ?? String($0.id, radix: 16))
        }.sorted()
        // Which of them is restored here cannot be told when neither name nor URL is one of theirs.
        let shown = others.count < dropped.count ? " (\(names.joined(separator: ", ")))" : ""
        return """
            The other members\(shown) must be wiped and added again, one after the other, once this one runs:
                etcdctl member add NAME --peer-urls URL           # on this host
                systemctl stop etcd                               # from here on the other's host
                mv /var/lib/etcd /var/lib/etcd.before-restore
            Start each with the --initial-cluster that `member add` prints, and --initial-cluster-state existing.

            """
    }

    private func staticPodCommands(_ member: RestoredMember) -> String {
        let manifests = "/etc/kubernetes/manifests"
        let log = member.hasOwnLogDirectory
        let lines =
            [
                "mkdir -p /etc/kubernetes/stopped",
                "mv \(manifests)/kube-apiserver.yaml \(manifests)/etcd.yaml /etc/kubernetes/stopped/",
                "while crictl ps -q --name etcd | grep -q .; do sleep 1; done",
            ] + self.moveCommands(member)
            + (log ? ["# etcd.yaml must mount \(self.log(of: member)) as well"] : [])
            + ["# etcd.yaml must have: \(self.flags(of: member))"]
            + [
                "mv /etc/kubernetes/stopped/etcd.yaml /etc/kubernetes/stopped/kube-apiserver.yaml \(manifests)/"
            ]
        return "  static pod:\n" + lines.map { "    \($0)\n" }.joined()
    }

    private func systemdCommands(_ member: RestoredMember) -> String {
        let lines =
            ["systemctl stop etcd"] + self.moveCommands(member)
            + [
                "chown -R etcd:etcd /var/lib/etcd"
                    + (member.hasOwnLogDirectory ? " \(self.log(of: member))" : "")
            ]
            + ["# the unit must have: \(self.flags(of: member))", "systemctl start etcd"]
        return "  systemd unit:\n" + lines.map { "    \($0)\n" }.joined()
    }

    /// Puts the restored directory where etcd looks for it, unless it was restored right there.
    private func moveCommands(_ member: RestoredMember) -> [String] {
        guard absolute(member.dataDirectory) != "/var/lib/etcd" else { return [] }
        return [
            "mv /var/lib/etcd /var/lib/etcd.before-restore",
            "cp -a \(shellWord(absolute(member.dataDirectory))) /var/lib/etcd",
        ]
    }

    private func log(of member: RestoredMember) -> String { shellWord(absolute(member.logDirectory)) }

    private func flags(of member: RestoredMember) -> String {
        let cluster = self.restore.plan.cluster
        let members = cluster.members.flatMap { member in member.peerURLs.map { "\(member.name)=\($0)" } }
        let urls = member.member.peerURLs.joined(separator: ",")
        let log = member.hasOwnLogDirectory ? " --wal-dir \(self.log(of: member))" : ""
        return "--name \(shellWord(member.member.name)) --data-dir /var/lib/etcd\(log) "
            + "--initial-advertise-peer-urls \(shellWord(urls)) "
            + "--initial-cluster \(shellWord(members.joined(separator: ","))) "
            + "--initial-cluster-token \(shellWord(cluster.token))"
    }

    /// One JSON object.
    public func json() throws -> String {
        let plan = self.restore.plan
        return try indentedJSON(
            RestoreJSON(
                snapshot: self.restore.request.snapshotPath,
                restored: self.isDone,
                digestCompared: self.isDone && !self.restore.request.skipsHashCheck,
                clusterID: "\(plan.cluster.id)",
                token: plan.cluster.token,
                snapshotRevision: plan.snapshotRevision,
                revision: plan.restoredRevision,
                compacted: plan.marksCompacted,
                members: self.restore.members.map {
                    RestoreJSON.Member(
                        name: $0.member.name,
                        id: "\($0.member.id)",
                        peerURLs: $0.member.peerURLs,
                        dataDirectory: $0.dataDirectory,
                        walDirectory: $0.logDirectory
                    )
                },
                warnings: self.warnings
            )
        )
    }
}

/// The shape of `restore -o json`; IDs in hexadecimal.
private struct RestoreJSON: Encodable {
    var snapshot: String
    var restored: Bool
    var digestCompared: Bool
    var clusterID: String
    var token: String
    var snapshotRevision: Int64
    var revision: Int64
    var compacted: Bool
    var members: [Member]
    var warnings: [String]

    struct Member: Encodable {
        var name: String
        var id: String
        var peerURLs: [String]
        var dataDirectory: String
        var walDirectory: String
    }
}

extension SourceNote {
    /// What a person who restores from this source should know.
    fileprivate var restoreSentence: String? {
        switch self {
        case .logEntriesNotShown(let count): "\(laterEntries(count)) than its database and not restored"
        case .receivedSnapshot(let snapshot): snapshot.sentence
        case .log(let problem): problem.sentence
        case .logUnreadable(let error): "the member's write-ahead log cannot be read: \(error)"
        // The command says the first two by themselves: they need not be warnings.
        case .replayed, .chosenMember, .noDigest, .strayBytes, .connection, .manifestWithoutEtcd, .backup,
            .madeOfKine, .kineLog,
            .kineHere:
            nil
        }
    }
}
