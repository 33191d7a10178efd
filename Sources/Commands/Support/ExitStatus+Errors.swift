import Archives
import Bolt
import EtcdClient
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import KubernetesRegistry
import KubernetesTables
import Operations
import SystemPackage

extension ExitStatus {
    /// The exit code that an error of the rooms below stands for.
    init(_ error: any Error) {
        switch error {
        case let error as StorageError: self = error.status
        case let error as FileError: self = error.status
        case let error as MemberChoiceError: self = error.status
        case let error as RestoreError: self = error.status
        case let error as ConvertError: self = error.status
        case is HistoryError, is SourceError, is InputFileError, is ObjectQueryError, is UnknownResource,
            is SelectorError, is InitialClusterError, is RestorePlanError, is DifferenceError:
            self = .badInput
        case let error as HelmError: self = error.status
        case is SalvageError: self = .inputOutput
        case let error as EtcdClientError: self = error.reason.status
        case let error as TakeError: self = error.status
        case let refusal as TakeRefusal: self = refusal.status
        case let error as ServerError: self = error.status
        case is EtcdError: self = .damaged
        case is CancellationError: self = .interrupted
        case is Errno: self = .inputOutput
        default: self = .failed
        }
    }
}

extension StorageError {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .file(let file): file.status
        case .bolt(let bolt): bolt.status
        case .archive(let archive): archive.status
        case .kine(let problem): problem.status
        case .foreign, .notADataDirectory, .noKeyBucket, .compacted, .futureRevision: .badInput
        case .bytesBefore, .onlyZeros, .changes, .damagedPages, .digestMismatch, .wal, .unwritable,
            .badRevisionKey, .revisionOutOfOrder, .badKeyValue, .badPair, .revisionTooHigh, .nothingToSalvage:
            .damaged
        }
    }
}

extension ArchiveError {
    fileprivate var status: ExitStatus {
        if case .file(let error) = self { return error.status }
        return self.isDamage ? .damaged : .badInput
    }
}

extension KineProblem {
    fileprivate var status: ExitStatus {
        switch self {
        case .noTable, .otherTable: .badInput
        case .damaged, .row: .damaged
        case .unreadable, .busy: .inputOutput
        }
    }
}

extension BoltError {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .notBolt, .foreignByteOrder, .unsupportedVersion: .badInput
        default: .damaged
        }
    }
}

extension FileError {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .missing, .notARegularFile, .locked, .exists, .notEmpty, .onlyLostAndFound, .parentMissing:
            .badInput
        case .interrupted: .interrupted
        case .shrank, .changed, .unreadable, .noSpace, .tooManyMappings, .tooLargeToMap, .system: .inputOutput
        }
    }
}

extension MemberChoiceError {
    fileprivate var status: ExitStatus {
        switch self {
        case .notADataDirectory, .severalClusters: .badInput
        case .noneReadable(let leftOut): leftOut.first.map { ExitStatus($0.error) } ?? .badInput
        }
    }
}

extension RestoreError {
    fileprivate var status: ExitStatus {
        switch self {
        case .noDigest, .unusableMemberName: .badInput
        case .unsound: .damaged
        case .writtenFileDiffers: .inputOutput
        }
    }
}

extension ConvertError {
    fileprivate var status: ExitStatus {
        switch self {
        case .etcdAlready: .badInput
        case .unsound: .inputOutput
        }
    }
}

extension HelmError {
    fileprivate var status: ExitStatus {
        switch self {
        case .notFound: .failed
        case .inSeveralNamespaces: .badInput
        }
    }
}

extension ServerError {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .addressInUse, .cannotListen, .notAllowed: .failed
        default: .badInput
        }
    }
}

extension EtcdClientError.Reason {
    /// 3 for what was asked wrongly, 2 for what cannot be reached, 1 for what etcd refuses.
    fileprivate var status: ExitStatus {
        switch self {
        case .noEndpoints, .badEndpoint, .credentialsOverPlaintext, .severalClusters, .fileUnusable, .notPEM,
            .keyEncrypted, .keyDoesNotMatch, .incompletePair, .compacted, .futureRevision:
            .badInput
        case .hostNotFound, .connectionRefused, .noSuchSocket, .unreachable, .connectTimedOut, .silent,
            .closedAtOnce, .notEtcd, .serverSpeaksPlaintext, .serverSpeaksTLS, .unknownAuthority,
            .certificateExpired, .certificateNotYetValid, .authorityExpired, .wrongHostName,
            .clientCertificateRequired, .clientCertificateRefused, .oldTLSOnly, .handshakeFailed, .noLeader,
            .serverTimedOut, .timedOut, .connectionLost, .stalled, .streamCut:
            .cannotReachEtcd
        case .wrongPassword, .userNeeded, .permissionDenied, .rangeDenied, .learner, .outOfSpace,
            .corruptCluster, .tooLarge, .tooBusy, .notImplemented, .refused, .answerTooLarge, .badAnswer,
            .onlyEmptyMessages, .snapshotShort, .snapshotContradictsItself:
            .failed
        }
    }
}

extension TakeError {
    /// Without any snapshot, an endpoint that answered says more than one that was not reached.
    fileprivate var status: ExitStatus {
        switch self {
        case .noSource(let refusals):
            refusals.map(\.status).first { $0 != .cannotReachEtcd } ?? .cannotReachEtcd
        case .noDigest, .behind, .fewKeys: .failed
        case .digestDiffers, .unreadable, .unsound: .damaged
        }
    }
}

extension TakeRefusal {
    fileprivate var status: ExitStatus {
        switch self.reason {
        case .failed(let error): error.reason.status
        case .unusable(let error): error.status
        case .leftOut(let refused):
            if case .notReached(let error) = refused.reason { error.reason.status } else { .failed }
        }
    }
}
