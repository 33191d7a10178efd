import ClusterChecks
import FoundationEssentials
public import Operations

/// A rehearsal as people and programs see it.
public struct RehearsalText: Report, Sendable {
    private let rehearsal: Rehearsal
    private let path: String
    private let revision: Int64?
    private let width: Int

    /// - Parameters:
    ///   - rehearsal: What was found.
    ///   - path: The file, as it was named.
    ///   - revision: The one of its states that was asked for; nil for the newest.
    ///   - width: Columns of the terminal; details are broken to fit.
    public init(_ rehearsal: Rehearsal, path: String, revision: Int64? = nil, width: Int = 100) {
        self.rehearsal = rehearsal
        self.path = path
        self.revision = revision
        self.width = max(60, width)
    }

    /// The verdict, the checks in a table, the times, and what to do next.
    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let verdict = self.rehearsal.verdict
        // The word stands at the beginning of a line, so that colours change no line's width.
        let sentence = self.paragraph(self.verdictLine).dropFirst(verdict.word.count)
        var text = colors.paint(verdict.word, verdict.meaning) + sentence
        let layout = Layout(self.steps + self.clusterChecks, width: self.width, colors: colors)
        text += "\n" + layout.line("RESULT", "STEP", "COUNT", "TIME", "DETAIL")
        for row in self.steps { text += layout.line(row) }
        if !self.clusterChecks.isEmpty {
            text += "\n" + layout.line("RESULT", "CHECK", "COUNT", "TIME", "DETAIL")
            for row in self.clusterChecks { text += layout.line(row) }
        }
        text += "\n" + self.paragraph(self.times)
        for sentence in self.advice { text += self.paragraph(sentence) }
        return text
    }

    /// One JSON object: verdict, seconds and checks.
    public func json() throws -> String {
        try indentedJSON(
            RehearsalJSON(
                verdict: self.rehearsal.verdict.rawValue,
                seconds: rounded(self.rehearsal.seconds),
                checks: (self.steps + self.clusterChecks).map(CheckJSON.init)
            )
        )
    }

    /// A row for each step.
    public var steps: [RehearsalRow] {
        let namesServers = self.rehearsal.hasSeveralServers
        return self.rehearsal.steps.map {
            RehearsalRow($0, path: self.path, namesServer: namesServers)
        }
    }

    /// A row for each check of the objects.
    public var clusterChecks: [RehearsalRow] {
        self.rehearsal.clusterChecks.map { RehearsalRow($0.result, seconds: $0.seconds) }
    }
}

extension Rehearsal.Verdict {
    /// What the first line begins with.
    fileprivate var word: String {
        switch self {
        case .pass: "PASS"
        case .warn: "WARN"
        case .fail: "FAIL"
        }
    }

    fileprivate var meaning: Colors.Meaning {
        switch self {
        case .pass: .good
        case .warn: .warning
        case .fail: .bad
        }
    }
}

// MARK: Sentences

extension RehearsalText {
    /// The first line.
    public var verdictLine: String {
        let file = terminalText(self.path)
        let word = self.rehearsal.verdict.word
        let uncheckedCount = self.clusterChecks.count { $0.outcome == .notChecked }
        let unchecked = uncheckedCount > 0 ? " (\(uncheckedCount) not checked)" : ""
        switch self.rehearsal.verdict {
        case .pass: return "\(word): \(file) comes back as it was\(self.contents)\(unchecked)."
        case .warn:
            let count = (self.steps + self.clusterChecks).count { $0.outcome == .warn }
            return
                "\(word): \(file) comes back\(self.contents), with \(counted(count, "warning"))\(unchecked)."
        case .fail:
            let failed = (self.steps + self.clusterChecks).filter { $0.outcome == .fail }.map(\.name)
            let what =
                self.rehearsal.isBroughtBack
                ? "comes back as it was, but not for kube-apiserver" : "does not come back as it was"
            return "\(word): \(file) \(what): \(failed.joined(separator: ", "))."
        }
    }

    private var contents: String {
        guard let facts = self.rehearsal.facts else { return "" }
        return ", \(groupedCount(facts.keyCount, "key")) at revision \(facts.revision)"
    }

    private var times: String {
        let total = seconds(self.rehearsal.seconds)
        guard self.rehearsal.verdict != .fail else { return "Took \(total)." }
        let recovery = seconds(self.rehearsal.recoverySeconds)
        var text =
            "Recovery takes about \(recovery) on this machine once the file is there: verifying, restoring and "
            + "starting. The whole rehearsal took \(total)."
        if let time = self.rehearsal.facts?.time {
            let date = Date(timeIntervalSince1970: TimeInterval(time))
            text += " The newest object in it is from \(date.formatted(.iso8601))."
        }
        return text
    }

    private var advice: [String] {
        var sentences: [String] = []
        if let kept = self.rehearsal.keptPath {
            sentences.append("The restored directory was kept: \(terminalText(kept))")
        }
        switch self.rehearsal.verdict {
        case .fail where !self.rehearsal.isFileSound:
            sentences.append(
                "Next: use another copy. \(verifyCommand(self.path)) lists what is wrong with this one."
            )
        case .fail where self.rehearsal.isBroughtBack:
            sentences.append(
                "Next: read kube-apiserver's log, which --keep leaves beside the restored directory."
            )
        case .fail:
            sentences.append(
                "The file itself is sound. Next: rehearse it on a real etcd (--etcd PROGRAM), and look at what was "
                    + "restored (--keep)."
            )
        case .pass, .warn:
            let state = self.revision.map { " --revision \($0)" } ?? ""
            sentences.append(
                "Next, when it is needed: registree restore \(sourceWord(self.path))\(state) --data-dir DIRECTORY "
                    + "--bump-revision 1000000000 --mark-compacted"
            )
        }
        return sentences
    }
}

// MARK: Layout

extension RehearsalText {
    private func paragraph(_ text: String) -> String {
        broken(text, to: self.width).joined(separator: "\n") + "\n"
    }
}

/// Columns for rows; details are broken into lines that fit.
private struct Layout {
    private let resultWidth: Int
    private let nameWidth: Int
    private let countWidth: Int
    private let timeWidth = 7
    private let detailWidth: Int
    private let colors: Colors

    init(_ rows: [RehearsalRow], width: Int, colors: Colors) {
        self.colors = colors
        self.resultWidth = rows.map(\.outcome.word.count).max().map { max($0, 6) } ?? 6
        self.nameWidth = rows.map { terminalText($0.name).count }.max().map { max($0, 8) } ?? 8
        self.countWidth = rows.map { grouped($0.count).count }.max().map { max($0, 5) } ?? 5
        let left = self.resultWidth + self.nameWidth + self.countWidth + self.timeWidth + 8
        self.detailWidth = max(30, width - left)
    }

    func line(_ row: RehearsalRow) -> String {
        self.line(
            row.outcome.word,
            terminalText(row.name),
            row.count > 0 ? grouped(row.count) : "",
            row.seconds >= 0.005 ? seconds(row.seconds) : "",
            terminalText(row.detail),
            row.outcome.meaning
        )
    }

    func line(
        _ result: String,
        _ name: String,
        _ count: String,
        _ time: String,
        _ detail: String,
        _ meaning: Colors.Meaning? = nil
    ) -> String {
        let result = atLeft(result, to: self.resultWidth)
        let rest =
            "  " + atLeft(name, to: self.nameWidth) + "  " + atRight(count, to: self.countWidth) + "  "
            + atRight(time, to: self.timeWidth) + "  "
        let lines = broken(detail, to: self.detailWidth)
        return self.colors.paint(result, meaning) + rest
            + lines.joined(separator: "\n" + spaces(result.count + rest.count)) + "\n"
    }
}

/// The text in lines of at most `width` characters, broken at spaces, or within a word that is longer.
private func broken(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        var word = word
        if !line.isEmpty, line.count + 1 + word.count > width {
            lines.append(line)
            line = ""
        }
        while word.count > width {
            lines.append(String(word.prefix(width)))
            word = word.dropFirst(width)
        }
        line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
}

/// `0.42 s`, `12.3 s`, `4 min 12 s`.
private func seconds(_ seconds: Double) -> String {
    if seconds < 10 { return "\(decimal(seconds, places: 2)) s" }
    if seconds < 120 { return "\(decimal(seconds, places: 1)) s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
}

private func rounded(_ seconds: Double) -> Double { (seconds * 1e4).rounded() / 1e4 }

/// The shape of `rehearse -o json`.
private struct RehearsalJSON: Encodable {
    var verdict: String
    var seconds: Double
    var checks: [CheckJSON]
}

private struct CheckJSON: Encodable {
    var name: String
    var result: String
    var count: Int
    var detail: String
    var seconds: Double

    init(_ row: RehearsalRow) {
        self.name = row.name
        self.result = row.outcome.word
        self.count = row.count
        self.detail = row.detail
        self.seconds = rounded(row.seconds)
    }
}
