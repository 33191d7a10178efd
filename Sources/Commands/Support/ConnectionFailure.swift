import EtcdClient

extension Failure {
    /// What etcd or the way to it refused: 3 for what was asked wrongly, 2 for what cannot be reached,
    /// 1 for what etcd refuses.
    init(client error: EtcdClientError) {
        self.init(error.description, advice: error.reason.advice, status: error.reason.status)
    }
}

extension EtcdClientError.Reason {
    var status: ExitStatus {
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
        case .wrongPassword, .userNeeded, .permissionDenied, .learner, .outOfSpace, .corruptCluster,
            .tooLarge, .tooBusy, .notImplemented, .refused, .answerTooLarge, .badAnswer,
            .onlyEmptyMessages, .snapshotShort, .snapshotContradictsItself:
            .failed
        }
    }

    fileprivate var advice: String? {
        switch self {
        case .fileUnusable(let file, _) where file.role == .key:
            "certificates' keys belong to root: run it with sudo, or name others with --cert and --key"
        case .connectionRefused:
            "is etcd running there? Name its members with --endpoints"
        case .noLeader:
            "start enough members for a majority, or read a stopped member's data directory"
        case .onlyEmptyMessages, .snapshotShort, .snapshotContradictsItself:
            "the member may fail to read its own disk: see its log, and take from another member"
        default: nil
        }
    }
}
