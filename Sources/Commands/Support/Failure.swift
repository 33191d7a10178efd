import Bolt
import EtcdClient
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import Operations
import SystemPackage

/// Why a command ends without success: a sentence for people, what to do next, and the exit code.
struct Failure: Error {
    var message: String
    var advice: String?
    var status: ExitStatus

    init(_ message: String, advice: String? = nil, status: ExitStatus) {
        self.message = message
        self.advice = advice
        self.status = status
    }

    /// The failure that any error below the commands stands for.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as StorageError: self.init(storage: error)
        case let error as FileError: self.init(file: error)
        case let error as RestoreError: self.init(restore: error)
        case is InitialClusterError, is RestorePlanError: self.init("\(error)", status: .badInput)
        case let error as EtcdClientError: self.init(client: error)
        case let error as TakeError: self.init(take: error)
        case let refusal as TakeRefusal: self.init(take: refusal)
        case let error as ServerError: self.init(server: error)
        case let refusal as EtcdError: self.init(refusal.text, status: .damaged)
        case is CancellationError: self.init("interrupted", status: .interrupted)
        case let error as Errno: self.init("the output cannot be written: \(error)", status: .inputOutput)
        default: self.init("\(error)", status: .failed)
        }
    }

    private init(server error: ServerError) {
        switch error.reason {
        case .addressInUse, .cannotListen, .notAllowed:
            self.init(error.description, advice: error.advice, status: .failed)
        default:
            self.init(error.description, advice: error.advice, status: .badInput)
        }
    }

    private init(restore error: RestoreError) {
        switch error {
        case .noDigest:
            self.init(
                error.description,
                advice: "say --skip-hash-check to restore it all the same, after `registree verify`",
                status: .badInput
            )
        case .unsound(let path, _):
            self.init(error.description, advice: "`registree verify \(path)` lists them", status: .damaged)
        case .nameIsNoDirectory:
            self.init(error.description, status: .badInput)
        default:
            self.init(error.description, status: .inputOutput)
        }
    }

    private init(storage error: StorageError) {
        switch error.reason {
        case .file(let file):
            self.init(file: file)
        case .bolt(let bolt):
            self.init(bolt: bolt, in: error)
        case .compressed, .notADataDirectory, .noKeyBucket:
            self.init(error.description, status: .badInput)
        case .compacted, .futureRevision:
            self.init(error.description, status: .badInput)
        case .digestMismatch:
            self.init(
                error.description,
                advice: "the file was changed after it was written: use another copy",
                status: .damaged
            )
        case .wal, .unwritable:
            self.init(error.description, status: .damaged)
        case .badRevisionKey, .revisionOutOfOrder, .badKeyValue, .badPair:
            self.init(
                error.description,
                advice: "`registree verify \(error.path)` lists everything that is wrong with it",
                status: .damaged
            )
        }
    }

    private init(bolt: BoltError, in error: StorageError) {
        switch bolt.reason {
        case .notBolt, .foreignByteOrder, .unsupportedVersion:
            self.init(
                error.description,
                advice:
                    "give a file that `registree take` or `etcdctl snapshot save` wrote, or a data directory",
                status: .badInput
            )
        case .fileTooShort, .empty, .truncated:
            self.init(
                error.description,
                advice: "the file was cut when it was copied or written: use another copy",
                status: .damaged
            )
        default:
            self.init(
                error.description,
                advice: "`registree verify \(error.path)` lists everything that is wrong with it",
                status: .damaged
            )
        }
    }

    private init(file error: FileError) {
        switch error.reason {
        case .missing, .notARegularFile:
            self.init(error.description, status: .badInput)
        case .locked:
            self.init(
                error.description,
                advice:
                    "a running etcd holds it: stop the member first, or ask the live etcd (take, or list -f live)",
                status: .badInput
            )
        case .exists:
            self.init(
                error.description,
                advice: "choose another name; `registree take` replaces a file when told with --force",
                status: .badInput
            )
        case .notEmpty:
            self.init(error.description, advice: "choose another directory, or empty it", status: .badInput)
        case .interrupted:
            self.init(error.description, status: .interrupted)
        case .parentMissing:
            self.init(error.description, advice: "create the directory first", status: .badInput)
        case .shrank, .changed, .unreadable, .noSpace, .tooManyMappings, .tooLargeToMap, .system:
            self.init(error.description, status: .inputOutput)
        }
    }
}
