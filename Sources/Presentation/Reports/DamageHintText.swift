public import EtcdStorage

extension DamageHints {
    /// What else there is to say of the damaged file at `path`, a line each.
    public func lines(path: String) -> [String] {
        var lines: [String] = []
        if let enclosed {
            lines += ["A sound snapshot lies in it: its SHA-256 matches. This makes a file of it alone:"]
            lines += ["  " + enclosed.command(path: path)]
        }
        if let previous {
            lines.append(
                "The state before the last transaction is sound: revision \(previous.revision), "
                    + "\(counted(previous.keyCount, "live key"))."
            )
        }
        if let salvageable {
            lines.append(
                "`registree salvage \(shellWord(path)) NEW` makes a sound snapshot of what can be read: "
                    + "\(counted(salvageable.keyCount, "live key")) at revision \(salvageable.revision)."
            )
        }
        if let zerosFrom {
            lines.append("From byte \(zerosFrom) on it holds zeros only, as an interrupted copy leaves them.")
        }
        return lines
    }
}

extension EnclosedSnapshot {
    /// What is wrong with the file.
    var problem: String {
        var problems: [String] = []
        if self.before > 0 { problems.append("\(bytesCome(self.before)) before the database") }
        if self.after > 0 { problems.append("\(bytesCome(self.after)) after the digest") }
        if self.carriageReturns != nil {
            problems.append("a terminal has put a carriage return before each line feed")
        }
        return problems.joined(separator: ", and ")
    }

    /// The shell command that makes the file `NEW` of the snapshot alone.
    func command(path: String) -> String {
        var steps: [String] = []
        switch self.carriageReturns {
        case nil: break
        case .endingInOne: steps.append("LC_ALL=C sed 's/\\r$//'")
        // The last line has no line feed: a carriage return at its end is its own.
        case .endingInOther: steps.append("LC_ALL=C sed '$!s/\\r$//'")
        }
        if self.before > 0 { steps.append("tail -c +\(self.before + 1)") }
        if self.after > 0 { steps.append("head -c \(self.byteCount)") }
        if let first = steps.first { steps[0] = "\(first) \(shellWord(path))" }
        return steps.joined(separator: " | ") + " > NEW"
    }
}

private func bytesCome(_ count: Int) -> String { count == 1 ? "1 byte comes" : "\(count) bytes come" }
