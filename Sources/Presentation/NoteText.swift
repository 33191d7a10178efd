import Bolt
import EtcdClient
public import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry
public import Operations

/// What a person should know of a source, a line each.
extension SourceNote {
    public var line: String {
        switch self {
        case .noDigest(let path):
            "Note: \(path) has no digest: its values are not proved"
        case .strayBytes(let path, let count):
            "Warning: \(path) does not end as a snapshot does: the last \(counted(count, "byte")) "
                + "\(count == 1 ? "is" : "are") neither a page nor a digest; `registree verify` says more"
        case .logEntriesNotShown(let count):
            "Note: \(laterEntries(count)) than its database and not shown"
        case .replayed(let plan, let outcome):
            replayText(plan, outcome)
        case .chosenMember(let choice):
            choice.line
        case .receivedSnapshot(let snapshot):
            "Note: \(snapshot.sentence)"
        case .log(let problem):
            "Warning: \(problem.sentence)"
        case .logUnreadable(let error):
            "Note: what the member's write-ahead log adds cannot be read, so later entries may be missing: \(error)"
        case .manifestWithoutEtcd(let path):
            "Note: \(path) does not say how etcd is started; it is looked for at 127.0.0.1:2379"
        case .connection(let warning):
            "Warning: \(warning.sentence)"
        case .backup(let note):
            note.line
        case .kineLog(let log):
            "Note: \(log) holds changes that are not in the file yet: a copy of both was read"
        case .madeOfKine(let path):
            "Note: \(path) is kine's file: this is of the snapshot that `registree convert` makes of it"
        case .kineHere(let path):
            "Note: this machine's objects lie in \(path), not in an etcd: `registree convert` makes a snapshot of them"
        }
    }
}

extension SourceNote {
    /// The same where there are several sources: behind the first word stands which one is meant.
    public func line(of source: String) -> String {
        switch self {
        case .logEntriesNotShown, .replayed, .log, .logUnreadable, .receivedSnapshot:
            self.line.replacing(": ", with: ": \(terminalText(source)): ", maxReplacements: 1)
        case .noDigest, .strayBytes, .chosenMember, .manifestWithoutEtcd, .connection, .backup, .kineLog,
            .madeOfKine, .kineHere:
            self.line
        }
    }
}

extension BackupNote {
    fileprivate var line: String {
        switch self {
        case .openShift(let snapshot, nil, _):
            "Note: \(snapshot) is read, the newest; there is no static_kuberesources beside it"
        case .openShift(let snapshot, let resources?, let newer):
            (newer.map { "Warning: \($0) is newer and has no static_kuberesources; " } ?? "Note: ")
                + "\(snapshot) is read, the newest pair's; its static_kuberesources "
                + (resources.isEmpty ? "cannot be read" : "hold \(listed(resources))")
        case .etcdManager(let backup, 1, let version):
            "Note: \(terminalText(backup)) is read" + etcdText(version)
        case .etcdManager(let backup, let count, let version):
            "Note: \(backup) is read, the newest of \(count) backups" + etcdText(version)
        case .packedDataDirectory(let database):
            "Warning: \(terminalText(database)) is a member's database, and changes may be missing that are only in the "
                + "write-ahead log beside it, which is not read: unpack both, and give the data directory"
        case .gardener(let full, let merged):
            "Note: \(full) is read, with \(counted(merged.changeCount, "change")) from "
                + "\(counted(merged.fileCount, "delta")), up to revision \(merged.revision)"
                + (merged.putsWithoutLease == 0
                    ? ""
                    : "; \(counted(merged.putsWithoutLease, "put")) had a lease that is newer than the full "
                        + "snapshot and not kept in deltas: what they wrote has no lease now")
        }
    }
}

private func listed(_ names: [String]) -> String {
    let shown = names.prefix(12).map { terminalText($0) }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
}

private func etcdText(_ version: String?) -> String {
    version.map { ", of etcd \(terminalText($0))" } ?? ""
}

extension MalformedKeys {
    /// The line that says what was not shown; nil when there is nothing of it.
    public var line: String? {
        guard let page else { return nil }
        let keys = self.count == 1 ? "1 key of bucket key is" : "\(self.count) keys of bucket key are"
        return "Error: \(keys) no revision (page \(page)), and what is stored there is not shown"
    }
}

extension ConnectionWarning {
    fileprivate var sentence: String {
        switch self {
        case .plaintextBeyondThisMachine(let endpoint):
            "\(endpoint) is plain http: everything read from it, Secrets too, crosses the network unencrypted"
        case .serverNotVerified:
            "--insecure-skip-tls-verify: any server is accepted as etcd, and its answers may be false"
        case .keyReadableByOthers(let path):
            "\(path): other users can read this private key; run chmod 600 on it"
        }
    }
}

extension ReadingProblems {
    /// What was not shown as it is, a line each.
    public var lines: [String] {
        var lines = self.unreadableLines
        if self.unknownFieldCount > 0 { lines.append(unknownFieldsLine(self.unknownFieldCount)) }
        if self.unknownKindCount > 0 {
            let objects = objectsAre(self.unknownKindCount)
            lines.append("Note: \(objects) of kinds not known here, shown by field numbers")
        }
        return lines
    }

    /// Which objects could not be read, and what became of them.
    public var unreadableLines: [String] {
        switch self.rule {
        case .marked: self.markedLines
        case .refused: self.refusedLines
        case .leftOut, .ignored: self.leftOutLines
        }
    }

    private var encryptedText: String {
        let key = self.encryption.map { " with \($0)" } ?? ""
        return "\(objectsAre(self.encrypted.count)) encrypted\(key)"
    }

    /// Of objects that stand in a table: how many there are, and the first.
    private var markedLines: [String] {
        var lines: [String] = []
        if let first = self.encrypted.first.first {
            let advice = first.unopenedEncryption == nil ? first.line : self.encrypted.advice
            lines.append("Note: \(self.encryptedText): \(advice)")
        }
        if let first = self.undecoded.first.first {
            lines.append("Note: \(objectsAre(self.undecoded.count)) not decoded: \(first.line)")
        }
        return lines
    }

    /// Of objects that a list leaves out: how many there are, and which.
    private var leftOutLines: [String] {
        let word = self.rule.isFailure ? "Error" : "Note"
        var lines: [String] = []
        if let first = self.encrypted.first.first {
            let advice = first.unopenedEncryption == nil ? "" : "; " + self.encrypted.advice
            lines.append("\(word): \(self.encryptedText) and left out\(advice):")
            lines += self.encrypted.lines
        }
        if self.undecoded.count > 0 {
            lines.append("\(word): \(objectsAre(self.undecoded.count)) not decoded and left out:")
            lines += self.undecoded.lines
        }
        if self.isFailure { lines.append("  with --ignore-unreadable the exit code is 0 all the same") }
        return lines
    }

    /// Of objects that were asked for by their names: each, with its reason.
    private var refusedLines: [String] {
        [self.encrypted, self.undecoded].flatMap { objects in
            objects.first.flatMap { object in
                ["Error: \(object.message)"] + (object.advice.map { ["  \($0)"] } ?? [])
            } + (objects.hasMore ? ["Error: \(objects.moreText) cannot be read"] : [])
        }
    }
}

extension UnreadableObjects {
    fileprivate var hasMore: Bool { self.count > self.first.count }
    fileprivate var moreText: String { "\(self.count - self.first.count) more" }

    /// What to do about encrypted objects.
    fileprivate var advice: String { "open \(self.count == 1 ? "it" : "them") with \(configurationFlag)" }

    /// The objects, a line each.
    fileprivate var lines: [String] {
        self.first.map { "  \($0.line)" } + (self.hasMore ? ["  and \(self.moreText)"] : [])
    }
}

extension UnreadableObject {
    /// What happened, for an object that was asked for alone.
    var message: String {
        let why = self.unopenedEncryption.map { "it is encrypted with \($0)" } ?? "\(self.problem)"
        return "\(terminalText(self.key)) cannot be read: " + terminalText(why)
    }

    /// What to do next; nil when there is nothing to advise.
    var advice: String? { self.unopenedEncryption.map { _ in "open it with \(configurationFlag)" } }

    /// Its key, and its reason where that is not the same for all.
    fileprivate var line: String {
        guard self.unopenedEncryption == nil else { return terminalText(self.key) }
        return "\(terminalText(self.key)): " + terminalText("\(self.problem)")
    }
}

private let configurationFlag = "--encryption-config FILE"

extension DecodedForm {
    /// What of a value was not shown as it is, a line each.
    public var lines: [String] {
        var lines: [String] = []
        if self.unknownFieldCount > 0 { lines.append(unknownFieldsLine(self.unknownFieldCount)) }
        if !self.isKnownKind {
            lines.append("Note: the kind is not known here: its fields are shown by their numbers")
        }
        return lines
    }
}

extension DecodedInput {
    /// What was undone to read the input, a line each.
    public var lines: [String] {
        self.undone.map { change in
            switch change {
            case .base64: "Note: standard input is base64, and was decoded"
            case .carriageReturns:
                "Note: a terminal put a carriage return before each line feed; they were taken out "
                    + "(kubectl exec without -t leaves the bytes as they are)"
            }
        }
    }
}

extension MissingObject {
    /// The line that says that it is not there.
    public var line: String {
        let place = self.namespace.map { " in namespace \($0)" } ?? ""
        let name = "\(self.resource.qualifiedName) \"\(self.name)\""
        return "Error: " + terminalText("\(name) not found\(place) at revision \(self.revision)")
    }
}

extension Registry {
    /// The line that says how many clusters share the etcd; nil when it holds one.
    public var rootsLine: String? {
        let clusters = self.clusterRoots
        guard clusters.areSeveral else { return nil }
        let roots = Set(clusters.map(\.prefix)).count
        let logicalClusters = clusters.count { !$0.logicalCluster.isEmpty }
        let counts =
            (roots > 1 ? [counted(roots, "root")] : [])
            + (logicalClusters > 0 ? [counted(logicalClusters, "logical cluster")] : [])
        let isOne = counts == [counted(1, "logical cluster")]
        let advice = roots > 1 ? "; --etcd-prefix ROOT shows one root" : ""
        return "Note: \(counts.joined(separator: " and ")) \(isOne ? "is" : "are") in this etcd" + advice
    }
}

/// Says that nothing is there, in kubectl's words.
public func nothingFoundLine(in namespace: String?) -> String {
    "No resources found" + (namespace.map { " in \(terminalText($0)) namespace." } ?? ".")
}

private func unknownFieldsLine(_ count: Int) -> String {
    "Note: \(count == 1 ? "1 field is" : "\(count) fields are") of a newer release than is known here, "
        + "and not shown"
}

private func objectsAre(_ count: Int) -> String { count == 1 ? "1 object is" : "\(count) objects are" }
