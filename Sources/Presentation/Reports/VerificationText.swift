import Bolt
public import EtcdStorage
public import Operations

/// A finding as people and programs see it: where, and what.
struct FindingLine: Encodable {
    var page: UInt64?
    var revision: String?
    var key: String?
    var problem: String

    var text: String {
        var place: [String] = []
        if let page { place.append("page \(page)") }
        if let revision { place.append("revision \(revision)") }
        if let key { place.append("key \(terminalText(key))") }
        return place.isEmpty
            ? self.problem : "\(place.joined(separator: ", ")): \(terminalText(self.problem))"
    }
}

extension Verification {
    var lines: [FindingLine] {
        if let enclosed = self.hints.enclosed { return [FindingLine(problem: enclosed.problem)] }
        var lines: [FindingLine] = []
        if case .differs(let stored, let computed) = self.digest {
            let problem =
                "the file ends in SHA-256 \(hexadecimal(stored)), its bytes have \(hexadecimal(computed))"
            lines.append(FindingLine(problem: problem))
        }
        lines += self.check.structure.findings.map {
            FindingLine(page: $0.page.rawValue, problem: $0.explanation)
        }
        lines += self.check.findings.map {
            FindingLine(
                page: $0.page?.rawValue,
                revision: $0.revision.map { "\($0)" },
                key: $0.key.map { String(decoding: $0, as: UTF8.self) },
                problem: $0.explanation
            )
        }
        return lines
    }

    fileprivate var digestText: String {
        switch self.digest {
        case .matches: "SHA-256 matches"
        case .differs: "SHA-256 differs"
        case .absent: "no digest"
        }
    }

    private var countsText: String {
        let structure = self.check.structure
        return
            "\(counted(structure.pageCount, "page")), \(counted(self.check.recordCount, "revision")), "
            + counted(self.check.liveKeyCount, "live key")
    }

    /// The verdict in one line, without the file's name.
    public var verdictLine: String {
        switch self.verdict {
        case .sound: "sound (\(self.digestText); \(self.countsText))"
        case .unproved: "structure sound, no digest: values are not proved (\(self.countsText))"
        case .damaged where self.hints.enclosed != nil:
            "damaged: a sound snapshot lies in it"
        case .damaged:
            "damaged: \(counted(self.findingCount, "finding")) (\(self.digestText); \(self.countsText))"
        }
    }
}

extension Verification.Verdict {
    var meaning: Colors.Meaning {
        switch self {
        case .sound: .good
        case .unproved: .warning
        case .damaged: .bad
        }
    }
}

/// What the printed commands call the snapshot of a packed file, which a person unpacks first.
private let unpackedName = "UNPACKED"

/// What verifying a file found: a line a finding, then the verdict.
public struct VerificationText: Report {
    private let verification: Verification
    private let path: String
    /// What commands that take the file apart call it.
    private let commandPath: String

    /// - Parameters:
    ///   - verification: What was found.
    ///   - path: Of the file.
    ///   - isUnpacked: Whether the snapshot is not the file itself but what is in it.
    public init(_ verification: Verification, path: String, isUnpacked: Bool = false) {
        self.verification = verification
        self.path = path
        self.commandPath = isUnpacked ? unpackedName : path
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String { self.lines(in: colors).map { $0 + "\n" }.joined() }

    /// The findings, what else there is to say of them, and the verdict.
    public var lines: [String] { self.lines(in: .none) }

    private func lines(in colors: Colors) -> [String] {
        let verdict = colors.paint(self.verification.verdictLine, self.verification.verdict.meaning)
        let findings = self.verification.lines
        let more = self.verification.findingCount - findings.count
        return findings.map(\.text) + (more > 0 ? ["… and \(more) more"] : [])
            + self.verification.hints.lines(path: self.commandPath)
            + ["\(terminalText(self.path)): \(verdict)"]
    }

    public func json() throws -> String {
        try indentedJSON(
            VerificationJSON(
                file: self.path,
                verdict: self.verification.verdict.rawValue,
                digest: self.verification.digestText,
                pages: self.verification.check.structure.pageCount,
                revisions: self.verification.check.recordCount,
                keys: self.verification.check.liveKeyCount,
                findingCount: self.verification.findingCount,
                findings: self.verification.lines,
                hints: self.verification.hints,
                commandPath: self.commandPath
            )
        )
    }
}

/// The same for a file that could not be opened for its damage.
public struct UnopenedText: Report {
    private let path: String
    private let commandPath: String
    private let problem: String
    private let advice: String?
    private let hints: DamageHints

    /// With why it could not be opened and what to do then, unless `hints` say more of that.
    public init(
        path: String,
        problem: String,
        advice: String? = nil,
        hints: DamageHints,
        isUnpacked: Bool = false
    ) {
        self.path = path
        self.commandPath = isUnpacked ? unpackedName : path
        self.problem = hints.enclosed.map { "\(path): \($0.problem)" } ?? problem
        self.hints = hints
        if hints.enclosed == nil, let advice, !isToVerify(advice) {
            self.advice = advice
        } else {
            self.advice = advice != nil && hints == DamageHints() ? "use another copy" : nil
        }
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let verdict = colors.paint("damaged", .bad)
        let advice = self.advice.map { [$0.prefix(1).uppercased() + $0.dropFirst() + "."] } ?? []
        let lines =
            advice + self.hints.lines(path: self.commandPath)
            + ["\(terminalText(self.problem)): \(verdict)"]
        return lines.map { $0 + "\n" }.joined()
    }

    public func json() throws -> String {
        try indentedJSON(
            VerificationJSON(
                file: self.path,
                verdict: Verification.Verdict.damaged.rawValue,
                digest: "not compared",
                pages: 0,
                revisions: 0,
                keys: 0,
                findingCount: 1,
                findings: [FindingLine(problem: self.problem)],
                advice: self.advice,
                hints: self.hints,
                commandPath: self.commandPath
            )
        )
    }
}

/// The shape of `verify -o json`; what there is nothing to say of is left out.
private struct VerificationJSON: Encodable {
    var file: String
    var verdict: String
    var digest: String
    var pages: Int
    var revisions: Int
    var keys: Int
    var findingCount: Int
    var findings: [FindingLine]
    var advice: String?
    var snapshotInside: SnapshotInside?
    var previousState: State?
    var salvageable: State?
    var zerosFrom: Int?

    /// A sound snapshot with bytes around it; lengths in bytes.
    struct SnapshotInside: Encodable {
        var bytesBefore: Int
        var size: Int
        var bytesBehind: Int
        var carriageReturns: Bool
        /// The shell command that makes a file of it alone.
        var command: String
    }

    struct State: Encodable {
        var revision: Int64
        var keys: Int
    }

    init(
        file: String,
        verdict: String,
        digest: String,
        pages: Int,
        revisions: Int,
        keys: Int,
        findingCount: Int,
        findings: [FindingLine],
        advice: String? = nil,
        hints: DamageHints,
        commandPath: String
    ) {
        self.file = file
        self.verdict = verdict
        self.digest = digest
        self.pages = pages
        self.revisions = revisions
        self.keys = keys
        self.findingCount = findingCount
        self.findings = findings
        self.advice = advice
        self.snapshotInside = hints.enclosed.map { enclosed in
            SnapshotInside(
                bytesBefore: enclosed.before,
                size: enclosed.byteCount,
                bytesBehind: enclosed.after,
                carriageReturns: enclosed.carriageReturns != nil,
                command: enclosed.command(path: commandPath)
            )
        }
        self.previousState = hints.previous.map { State(revision: $0.revision, keys: $0.keyCount) }
        self.salvageable = hints.salvageable.map { State(revision: $0.revision, keys: $0.keyCount) }
        self.zerosFrom = hints.zerosFrom
    }
}
