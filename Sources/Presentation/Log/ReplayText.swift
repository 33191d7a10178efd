import EtcdStorage
import EtcdStore
import Operations

/// The line that says what became of the entries of a member's log.
func replayText(_ plan: ReplayPlan, _ outcome: ReplayOutcome) -> String {
    "\(outcome.stop?.isTrouble == true ? "Warning" : "Note"): \(replaySentence(plan, outcome))"
}

/// How many entries were replayed, which of them are not known to be committed, and where it ended.
func replaySentence(_ plan: ReplayPlan, _ outcome: ReplayOutcome) -> String {
    var sentences: [String] = []
    if let last = outcome.last {
        let first = plan.indexes.lowerBound
        let which = first == last.index ? "entry \(first)" : "entries \(first) to \(last.index)"
        sentences.append(
            "\(which) of the member's write-ahead log, later than its database, \(first == last.index ? "is" : "are") read with it"
        )
    }
    if let stop = outcome.stop {
        sentences.append(stop.sentence(after: outcome.last))
    } else if plan.uncommittedCount > 0 {
        sentences.append(uncommittedText(plan))
    }
    return sentences.joined(separator: "; ")
}

/// What becomes of entries that are not known to be committed.
private func uncommittedText(_ plan: ReplayPlan) -> String {
    let isOne = plan.uncommittedCount == 1
    let entries =
        "\(isOne ? "1 entry" : "\(plan.uncommittedCount) entries") behind \(plan.committed) "
        + "\(isOne ? "is" : "are") not known to be committed among \(plan.voterCount) voters"
    switch plan.uncommitted {
    case .keep:
        return "\(entries), and kept, for a client may have been told of \(isOne ? "it" : "them") "
            + "(--uncommitted drop leaves \(isOne ? "it" : "them") out)"
    case .drop: return "\(entries), and left out (--uncommitted drop)"
    }
}

extension ReplayStop {
    /// Where and why it ended, and what is shown then.
    func sentence(after last: RaftPosition?) -> String {
        if case .memberRemoved = self.reason {
            return
                "entry \(self.index) takes this member out of its cluster, and what comes after it is not read"
        }
        let shown = last.map { "the state after entry \($0.index) is shown" } ?? "the database alone is shown"
        return "the member's write-ahead log cannot be replayed from entry \(self.index) on: "
            + "\(self.reason.explanation); \(shown)"
    }
}

extension ReplayStop.Reason {
    fileprivate var explanation: String {
        switch self {
        case .missing(let next): "the next entry that is there is \(next)"
        case .otherTerm(let database, let log):
            "it is of term \(log), and the one that the database has of term \(database), so the log is not this database's"
        case .unreadable: "its data cannot be read"
        case .unknownRequest: "it asks for something that is not known here, perhaps of a later etcd"
        case .unknownEntry: "it is of a type that no etcd writes"
        case .damaged(let error): "\(error)"
        case .memberRemoved: "it takes this member out of its cluster"
        }
    }
}

extension MemberChoice {
    var line: String {
        "\(self.isCertain ? "Note" : "Warning"): \(self.sentence)"
    }

    private var isCertain: Bool {
        self.isOfQuorum && self.contradicting.isEmpty && self.unfinished.isEmpty && self.damaged.isEmpty
            && self.leftOut.isEmpty
    }

    /// Which members do not count towards a majority, and which were passed over; empty when there are none.
    var exceptionsText: String {
        self.unfinished.map { "; the log of \($0) cannot be read to its end, so \($0) is not counted" }
            .joined()
            + self.damaged.map { "; \($0) has the same entries, but its database is damaged" }.joined()
    }

    /// Which directory is read, and why.
    var sentence: String {
        var text =
            "\(self.path) is read: its log goes furthest (term \(self.reach.term), entry \(self.reach.index)) of "
            + "\(self.votersText), "
        text +=
            self.isOfQuorum
            ? "a majority, so it has every entry that the cluster has committed"
            : "no majority, so a member whose directory is not here may have later entries"
        text += self.exceptionsText
        if !self.contradicting.isEmpty {
            text +=
                "; the log of \(self.contradicting.joined(separator: ", ")) has other entries that its member took for "
                + "committed: one of them is corrupt"
        }
        for left in self.leftOut { text += "; \(left.path) cannot be read: \(left.error)" }
        return text
    }

    private var votersText: String {
        self.voterCount == 0
            ? counted(self.votersGiven, "member")
            : "\(self.votersGiven) of \(counted(self.voterCount, "voter"))"
    }
}

extension ErrorText {
    /// Why none of several directories was chosen.
    init(choice error: MemberChoiceError) {
        switch error {
        case .notADataDirectory(let path):
            self.init(
                "\(path) is not a member's data directory (no member/snap in it)",
                advice: "give the directories that etcd's --data-dir named"
            )
        case .severalClusters(let first, let firstID, let second, let secondID):
            self.init(
                "\(first) is of cluster \(firstID), \(second) of cluster \(secondID)",
                advice: "give directories of one cluster's members"
            )
        case .noneReadable(let leftOut):
            self.init("no directory can be read" + leftOut.map { "\n  \($0.path): \($0.error)" }.joined())
        }
    }
}
