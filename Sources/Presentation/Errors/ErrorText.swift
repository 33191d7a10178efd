import Archives
import Bolt
import EtcdClient
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import KubernetesRegistry
import Operations
import SystemPackage

/// An error in words: what happened to what, and what to do next.
public struct ErrorText: Sendable {
    public var message: String
    /// nil when there is nothing to advise.
    public var advice: String?

    public init(_ message: String, advice: String? = nil) {
        self.message = message
        self.advice = advice
    }

    /// The words for any error of the rooms below.
    public init(_ error: any Error) {
        switch error {
        case let error as StorageError: self.init(storage: error)
        case let error as FileError: self.init(error.description, advice: error.advice)
        case let error as SourceError: self.init(source: error)
        case let error as InputFileError: self.init(input: error)
        case let error as ObjectQueryError: self.init(query: error)
        case let error as UnknownResource: self.init(unknown: error)
        case let error as HelmError: self.init(helm: error)
        case let error as HistoryError: self.init(history: error)
        case let error as DifferenceError: self.init(difference: error)
        case let error as UnreadableObject: self.init(error.message, advice: error.advice)
        case let error as MemberChoiceError: self.init(choice: error)
        case let error as RestoreError: self.init(restore: error)
        case let error as SalvageError: self.init(salvage: error)
        case let error as ConvertError: self.init(convert: error)
        case let error as EtcdClientError: self.init(error.description, advice: error.reason.advice)
        case let error as TakeError: self.init(take: error)
        case let refusal as TakeRefusal: self.init(take: refusal)
        case let error as ServerError: self.init(error.description, advice: error.advice)
        case let error as EtcdError: self.init(error.text)
        case is CancellationError: self.init("interrupted")
        case let error as Errno: self.init("the output cannot be written: \(error)")
        default: self.init("\(error)")
        }
    }

    private init(storage error: StorageError) {
        let advice: String?
        switch error.reason {
        case .file(let file):
            self.init(file.description, advice: file.advice)
            return
        case .bolt(let bolt): advice = bolt.advice(path: error.path)
        case .digestMismatch: advice = "the file was changed after it was written: use another copy"
        case .revisionTooHigh: advice = "the file is damaged or was made by hand: use another copy"
        case .damagedPages, .badRevisionKey, .revisionOutOfOrder, .badKeyValue, .badPair:
            advice = "\(verifyCommand(error.path)) lists everything that is wrong with it"
        case .bytesBefore: advice = "\(verifyCommand(error.path)) looks for a sound snapshot behind them"
        case .onlyZeros, .nothingToSalvage: advice = "use another copy"
        case .archive(let archive): advice = archive.advice
        case .kine(let problem): advice = problem.advice
        case .changes(_, let known):
            advice = "use another copy of it; --revision \(known) gives the newest state before it"
        case .foreign, .notADataDirectory, .noKeyBucket, .compacted, .futureRevision, .wal, .unwritable:
            advice = nil
        }
        self.init(error.description, advice: advice)
    }
}

/// The command that verifies the source which reports and errors call `path`.
func verifyCommand(_ path: String) -> String { "`registree verify \(sourceWord(path))`" }

/// Whether an error's advice is to verify its source.
func isToVerify(_ advice: String) -> Bool { advice.hasPrefix("`registree verify ") }

/// What a shell is given for the source which reports and errors call `path`.
func sourceWord(_ path: String) -> String {
    path == BackupRequest.standardInputName ? "-" : shellWord(path)
}

extension ArchiveError {
    fileprivate var advice: String? {
        switch self {
        case .programMissing(let format):
            "install \(format == .xz ? "xz-utils" : "\(format)") (apt-get install "
                + "\(format == .xz ? "xz-utils" : "\(format)"), dnf install \(format)), or unpack it elsewhere"
        case .damaged: "the file was cut or changed after it was written: use another copy"
        case .severalSnapshots: "unpack it, and give the one of them that is meant"
        case .noSnapshot: "unpack it, and give the file that holds the snapshot"
        case .encryptedEntry: "unpack it with its password, and give the snapshot itself"
        case .unsupported, .tooManyLayers:
            "unpack it with the program that made it, and give the snapshot itself"
        case .unsafeName, .contradiction, .unpacksToTooMuch:
            "no program packs a backup like this: use another copy, and unpack this one only when you trust its maker"
        case .file(let error): error.advice
        }
    }
}

extension KineProblem {
    fileprivate var advice: String? {
        switch self {
        case .damaged, .row:
            "stop the server and copy state.db together with state.db-wal again, or use another copy"
        case .busy: "try again, or stop the server first"
        case .noTable, .otherTable: "give the state.db of k3s or k0s itself, or a snapshot of etcd"
        case .unreadable: "copy state.db, with its log if there is one, to another disk, or use another copy"
        }
    }
}

extension BoltError {
    fileprivate func advice(path: String) -> String? {
        switch self.reason {
        case .notBolt, .foreignByteOrder, .unsupportedVersion:
            "give a file that `registree take` or `etcdctl snapshot save` wrote, or a data directory"
        case .fileTooShort, .empty, .truncated:
            "the file was cut when it was copied or written: use another copy"
        default: "\(verifyCommand(path)) lists everything that is wrong with it"
        }
    }
}

extension FileError {
    fileprivate var advice: String? {
        switch self.reason {
        case .locked:
            "a running etcd uses it: stop the member first, or read the live etcd (take, or list -f live)"
        case .exists: "choose another name; `registree take` replaces a file when --force is given"
        case .notEmpty: "choose another directory, or empty it"
        case .onlyLostAndFound:
            "name a directory below it, such as \(self.path)/etcd, and start etcd with that; "
                + "or rmdir \(self.path)/lost+found when it is empty, and fsck will make it again"
        case .parentMissing: "create the directory first"
        case .missing, .notARegularFile, .interrupted, .shrank, .changed, .unreadable, .noSpace,
            .tooManyMappings, .tooLargeToMap, .system:
            nil
        }
    }
}

extension EtcdClientError.Reason {
    fileprivate var advice: String? {
        switch self {
        case .fileUnusable(let file, _) where file.role == .key:
            "certificates' keys belong to root: run it with sudo, or name others with --cert and --key"
        case .connectionRefused:
            "is etcd running there? Name its members with --endpoints"
        case .rangeDenied:
            "name the part that the user may read: --etcd-prefix ROOT, or with `keys` a KEY and --prefix"
        case .noLeader:
            "start enough members for a majority; until then `registree take` copies what this member has, and "
                + "--consistency s shows it (neither with a user's password, which needs the quorum too)"
        case .learner: "ask a voting member; --consistency s shows the keys that a learner has"
        case .corruptCluster:
            "members' data differ: `registree take` one snapshot of each and compare them, and "
                + "`etcdctl endpoint hashkv --cluster`, before one is trusted and the alarm is disarmed"
        case .outOfSpace:
            "make room (compact and defragment, or raise the quota), then run `etcdctl alarm disarm`"
        case .onlyEmptyMessages, .snapshotShort, .snapshotContradictsItself:
            "the member may fail to read its own disk: see its log, and take from another member"
        default: nil
        }
    }
}
