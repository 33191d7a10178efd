public import ClusterChecks
import EtcdClient
import KubernetesClient
public import Operations

/// A line of a rehearsal's report.
public struct RehearsalRow: Sendable {
    public var name: String
    public var outcome: CheckOutcome
    /// How many things were looked at or, of a warning or failure, are wrong.
    public var count: Int
    /// A line for people: never a stored value, but names of objects and keys.
    public var detail: String
    public var seconds: Double

    /// - Parameters:
    ///   - done: A step that was taken.
    ///   - path: The rehearsed file, as it was named.
    ///   - namesServer: Whether the name says on which server.
    public init(_ done: RehearsedStep, path: String, namesServer: Bool) {
        let server = namesServer ? done.server : nil
        self.name = done.step.name + (server.map { " (\($0.shortName))" } ?? "")
        self.outcome = done.step.outcome
        self.count = done.step.count
        self.detail = done.step.detail(on: done.server ?? .bundledStore, path: path)
        self.seconds = done.seconds
    }

    public init(_ check: ClusterCheckResult, seconds: Double = 0) {
        self.name = check.name
        self.outcome = check.outcome
        self.count = check.count
        self.detail = check.detail
        self.seconds = seconds
    }
}

extension CheckOutcome {
    /// As it stands in a report.
    var word: String {
        switch self {
        case .pass: "pass"
        case .warn: "warn"
        case .fail: "fail"
        case .notChecked: "not checked"
        }
    }

    /// What its colour says; a check that was not made has none.
    var meaning: Colors.Meaning? {
        switch self {
        case .pass: .good
        case .warn: .warning
        case .fail: .bad
        case .notChecked: nil
        }
    }
}

extension RehearsalProgram {
    /// As it stands in a sentence.
    var name: String {
        switch self {
        case .bundledStore: "the bundled store"
        case .etcd: "etcd"
        case .kubeAPIServer: "kube-apiserver"
        }
    }

    /// As it stands behind a step's name.
    var shortName: String {
        switch self {
        case .bundledStore: "bundled"
        case .etcd, .kubeAPIServer: self.name
        }
    }
}

extension RehearsalProgress {
    /// What is being done, as it stands in a line of progress; nil for bytes, which have a bar of their own.
    public var text: String? {
        switch self {
        case .verifyingAndRestoring: "verifying and restoring the file…"
        case .restoring: "restoring…"
        case .starting(let program): "starting \(program.name)…"
        case .reading(let done, let total): "reading back: \(done) of \(total) keys"
        case .receiving: nil
        case .listing(let resource): "listing \(resource) through kube-apiserver"
        case .checking: "checking the objects…"
        }
    }
}

// MARK: Steps

extension RehearsalStep {
    var name: String {
        switch self {
        case .verify: "verify"
        case .restore: "restore"
        case .open: "open"
        case .leases: "leases"
        case .keys: "keys"
        case .hashKV: "hashkv"
        case .snapshot: "snapshot"
        case .comparison: "compare"
        case .apiServer: "API server"
        case .lists: "lists"
        }
    }
}

extension RehearsalStep {
    fileprivate func detail(on server: RehearsalProgram, path: String) -> String {
        switch self {
        case .verify(let result): result.detail(path: path)
        case .restore(let result):
            "a new data directory of one member, \(megabytes(UInt64(result.byteCount)))"
        case .open(.answers): "\(server.name) answers on the restored directory"
        case .open(.needsUser):
            "the snapshot has authentication on: give a user with all rights (--user)"
        case .open(.failed(let error)): error.sentence
        case .leases(let result): result.detail(on: server)
        case .keys(let result): result.detail(on: server)
        case .hashKV(let result): result.detail(on: server)
        case .snapshot(.taken(_, let byteCount)):
            "taken from \(server.name) and proved, \(megabytes(byteCount))"
        case .snapshot(.failed(let failure)): failure.sentence(of: server)
        case .comparison(let result): result.detail
        case .apiServer(let result): result.detail(on: server)
        case .lists(let result): result.detail
        }
    }
}

extension RehearsalStep.Verify {
    fileprivate func detail(path: String) -> String {
        switch self {
        case .proved(let revisions, let keys):
            "SHA-256 matches; \(groupedCount(revisions, "revision")), \(groupedCount(keys, "key"))"
        case .unproved(let revisions, let keys):
            "the file has no digest, so values are not proved; structure sound; "
                + "\(groupedCount(revisions, "revision")), \(groupedCount(keys, "key"))"
        case .damaged(let count):
            "damaged, \(groupedCount(count, "finding")): \(verifyCommand(path)) lists them"
        case .unopened(let problem): problem
        }
    }
}

extension RehearsalStep.Leases {
    fileprivate func detail(on server: RehearsalProgram) -> String {
        switch self {
        case .same(0, _, _): return "no leases in the file"
        case .same(let leases, let keys, let expired):
            let text =
                "\(groupedCount(leases, "lease")) with their time to live and \(groupedCount(keys, "key"))"
            return expired > 0 ? "\(text); \(expired) expired meanwhile" : text
        case .different(let differences):
            return differences.counted("difference") { difference in
                switch difference {
                case .notInFile(let id): "lease \(hexadecimal(id)) is not in the file"
                case .missing(let id): "lease \(hexadecimal(id)) is not there"
                case .timeToLive(let id): "lease \(hexadecimal(id)) has another time to live"
                case .keys(let id): "lease \(hexadecimal(id)) has other keys"
                }
            }
        case .failed(let failure): return failure.sentence(of: server)
        }
    }
}

extension RehearsalStep.Keys {
    fileprivate func detail(on server: RehearsalProgram) -> String {
        switch self {
        case .same(_, let revision):
            "read back over gRPC at revision \(revision): keys, revisions, versions, leases and values are "
                + "the file's"
        case .countDiffers(let served, let inFile):
            "the server counts \(groupedCount(Int(served), "key")), the file holds \(inFile)"
        case .different(let differences): differences.counted("difference", \.sentence)
        case .failed(let failure): failure.sentence(of: server)
        }
    }
}

extension KeyDifference {
    fileprivate var sentence: String {
        let key = String(decoding: self.key, as: UTF8.self)
        return switch self.kind {
        case .notInFile: "\(key) is served and not in the file"
        case .notServed: "\(key) is in the file and not served"
        case .createRevision: "\(key) has another create revision"
        case .modRevision: "\(key) has another mod revision"
        case .version: "\(key) has another version"
        case .lease: "\(key) has another lease"
        case .value: "\(key) has another value"
        }
    }
}

extension RehearsalStep.Hash {
    fileprivate func detail(on server: RehearsalProgram) -> String {
        switch self {
        case .same(let hash): "\(hash), the same as the file's"
        case .different(let served, let inFile): "\(served), the file has \(inFile)"
        case .leaseRanOut(let revision): "a lease expired meanwhile: revision \(revision)"
        case .failed(let failure): failure.sentence(of: server)
        }
    }
}

extension RehearsalStep.Comparison {
    fileprivate var detail: String {
        switch self {
        case .same: "the new snapshot holds what the file holds, and has its HashKV"
        case .revisionMissing(let revision): "revision \(revision) is not in the new snapshot"
        case .different(let differences): differences.counted("difference", \.sentence)
        case .hashDiffers(let taken, let inFile): "HashKV \(taken), the file has \(inFile)"
        }
    }
}

extension RehearsalStep.APIServer {
    fileprivate func detail(on server: RehearsalProgram) -> String {
        switch self {
        case .ready(let version): "kube-apiserver \(version) is ready on \(server.name)"
        case .noObjects: "there are no objects of Kubernetes in it"
        case .encrypted:
            "kube-apiserver does not become ready when it cannot decrypt objects: give --encryption-config"
        case .knowsNoUser:
            "kube-apiserver has no user for etcd; leave out --etcd to start it on the bundled store"
        case .failed(let error): error.sentence
        case .callFailed(let error): error.description
        }
    }
}

extension RehearsalStep.Lists {
    fileprivate var detail: String {
        let listed =
            "\(groupedCount(self.listedCount, "object")) of \(groupedCount(self.resourceCount, "resource")) listed"
        if !self.differences.isEmpty { return "\(listed); \(self.differences.text(\.sentence))" }
        if !self.unlisted.isEmpty { return "\(listed); but not \(self.unlisted.text(\.sentence))" }
        var details = [listed]
        for (count, what) in [
            (self.rewrittenCount, "rewritten at its start"), (self.madeCount, "created by it"),
            (self.goneCount, "expired"),
        ] where count > 0 { details.append("\(groupedCount(count, "object")) \(what)") }
        return details.joined(separator: ", ")
    }
}

extension ListDifference {
    fileprivate var sentence: String {
        switch self {
        case .missing(let object): "\(object.text) is not listed"
        case .outdated(let object): "\(object.text) is listed at an older revision"
        }
    }
}

extension UnlistedResource {
    fileprivate var sentence: String {
        switch self.reason {
        case .notServed: "\(self.resource) (not served)"
        case .refused(let message): "\(self.resource) (\(message))"
        }
    }
}

// MARK: Failures

extension ServerFailure {
    fileprivate func sentence(of server: RehearsalProgram) -> String {
        switch self {
        case .call(var error):
            // The path of a socket in a scratch directory tells nobody anything.
            error.endpoint = server.name
            return error.description
        case .snapshot(let error): return "\(server.name): \(error.sentence)"
        case .snapshotRefused(let refusal): return "\(server.name): \(refusal.sentence)"
        }
    }
}

extension RehearsalServerError {
    fileprivate var sentence: String {
        switch self {
        case .cannotStart(let path, let error): "\(path) cannot be started: \(error)"
        case .cannotOpen(let problem):
            "the bundled store does not start on the restored directory: \(problem)"
        case .doesNotStart(let program, let line):
            "\(program.name) does not start on the restored store: \(quoted(line))"
        case .ended(let program, let line):
            "\(program.name) ended while requests were sent to it: \(quoted(line))"
        case .notReady(let program, let timeout, let line):
            "\(program.name) is not ready after \(timeout): \(quoted(line))"
        case .checksFail(let names, let timeout):
            "kube-apiserver is not ready after \(timeout): its own checks fail: "
                + names.joined(separator: ", ")
        case .noFreePort: "no port is free on 127.0.0.1"
        }
    }
}

private func quoted(_ lastLogLine: String?) -> String { lastLogLine ?? "it logged nothing" }

/// A lease's number as etcdctl writes it.
private func hexadecimal(_ id: Int64) -> String { String(UInt64(bitPattern: id), radix: 16) }

// MARK: Words for counts

extension Sample {
    /// `a, b, c and 4 more`.
    func text(_ word: (Element) -> String) -> String {
        let rest = self.count - self.first.count
        return self.first.map(word).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// `5 differences: a, b, c and 2 more`.
    fileprivate func counted(_ noun: String, _ word: (Element) -> String) -> String {
        "\(groupedCount(self.count, noun)): \(self.text(word))"
    }
}

/// `1 key`, `2,345 keys`.
func groupedCount(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// `1,234,567`.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.insert(digits.suffix(3), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits[...]] + groups).joined(separator: ",")
}

/// `12.3 MB`, `151.6 kB`.
private func megabytes(_ byteCount: UInt64) -> String {
    byteCount < 1_000_000
        ? "\(decimal(Double(byteCount) / 1e3, places: 1)) kB"
        : "\(decimal(Double(byteCount) / 1e6, places: 1)) MB"
}
