import GRPCCore

/// Reads etcd's refusals.
///
/// Several causes share one gRPC status, so that etcd's own clients, too, tell them apart by the text of the
/// message. Texts: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdClientError.Reason {
    init(_ error: RPCError, user: String?, answerLimit: Int) {
        let text = error.message
        if let known = knownRefusal(text, user: user) {
            self = known
            return
        }
        self =
            switch error.code {
            case .permissionDenied: .permissionDenied(user: user)
            case .unauthenticated: user.map { .wrongPassword(user: $0) } ?? .userNeeded
            case .unimplemented: .notImplemented
            case .deadlineExceeded: .serverTimedOut
            case .resourceExhausted where !text.hasPrefix(etcdPrefix): .answerTooLarge(limit: answerLimit)
            case _ where text.hasPrefix(etcdPrefix):
                .refused(printable(String(text.dropFirst(etcdPrefix.count))))
            case .invalidArgument, .failedPrecondition, .outOfRange, .notFound, .alreadyExists, .aborted,
                .dataLoss:
                .refused(printable(text))
            default: .connectionLost
            }
    }
}

private let etcdPrefix = "etcdserver: "

private func knownRefusal(_ text: String, user: String?) -> EtcdClientError.Reason? {
    guard text.hasPrefix(etcdPrefix) else { return nil }
    switch text.dropFirst(etcdPrefix.count) {
    case "mvcc: required revision has been compacted": return .compacted
    case "mvcc: required revision is a future revision": return .futureRevision
    case "mvcc: database space exceeded": return .outOfSpace
    case "no leader", "not leader", "leader changed": return .noLeader
    case "rpc not supported for learner": return .learner
    case "corrupt cluster": return .corruptCluster
    case "request is too large": return .tooLarge
    case "too many requests": return .tooBusy
    case "permission denied": return .permissionDenied(user: user)
    case "authentication failed, invalid user ID or password", "user name not found", "user name is empty",
        "invalid auth token":
        return user.map { .wrongPassword(user: $0) } ?? .userNeeded
    case let rest where rest.hasPrefix("request timed out"): return .serverTimedOut
    default: return nil
    }
}

extension RPCError {
    /// The token has run out, or users were changed since it was made.
    var tokenIsOld: Bool {
        self.message == "etcdserver: invalid auth token"
            || self.message == "etcdserver: revision of auth store is old"
    }

    var authenticationIsOff: Bool { self.message == "etcdserver: authentication is not enabled" }
}
