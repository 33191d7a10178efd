import GRPCCore

/// Reads etcd's refusals.
///
/// Several causes share one gRPC status, so that etcd's own clients, too, tell them apart by the text of the
/// message. Texts: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdClientError.Reason {
    init(_ error: RPCError, user: String?, answerLimit: Int) {
        let text = withoutPrefix(error.message)
        if let known = knownRefusal(text, user: user) {
            self = known
            return
        }
        // The transport's own words when it stops reading a message that is too long.
        if text.contains("exceeded the configured maximum payload size") {
            self = .answerTooLarge(limit: answerLimit)
            return
        }
        self =
            switch error.code {
            case .permissionDenied: .permissionDenied(user: user)
            case .unauthenticated: user.map { .wrongPassword(user: $0) } ?? .userNeeded
            // kine names the field of the request that it does not know; the status depends on its release.
            case .unimplemented where text.hasSuffix("by kine"), .unknown where text.hasSuffix("by kine"):
                .refused(printable(text))
            case .unimplemented: .notImplemented
            case .deadlineExceeded: .serverTimedOut
            case .invalidArgument, .failedPrecondition, .outOfRange, .notFound, .alreadyExists, .aborted,
                .dataLoss:
                .refused(printable(text))
            case _ where text != error.message: .refused(printable(text))
            case .unavailable, .cancelled: .connectionLost
            default: .badAnswer(printable(text))
            }
    }
}

/// etcd begins its refusals with "etcdserver: "; those about users come without it from some calls.
private func withoutPrefix(_ text: String) -> String {
    for prefix in ["etcdserver: ", "auth: "] where text.hasPrefix(prefix) {
        return String(text.dropFirst(prefix.count))
    }
    return text
}

private func knownRefusal(_ text: String, user: String?) -> EtcdClientError.Reason? {
    switch text {
    case "mvcc: required revision has been compacted": return .compacted
    case "mvcc: required revision is a future revision": return .futureRevision
    case "mvcc: database space exceeded": return .outOfSpace
    case "no leader", "not leader": return .noLeader
    case "rpc not supported for learner": return .learner
    case "corrupt cluster": return .corruptCluster
    case "request is too large": return .tooLarge
    case "too many requests": return .tooBusy
    case "permission denied": return .permissionDenied(user: user)
    case "authentication failed, invalid user ID or password", "user name not found", "user name is empty",
        "invalid auth token":
        return user.map { .wrongPassword(user: $0) } ?? .userNeeded
    case "leader changed": return .serverTimedOut
    case let rest where rest.hasPrefix("request timed out") || rest.contains("deadline exceeded"):
        return .serverTimedOut
    default: return nil
    }
}

extension RPCError {
    /// The token has run out, or users were changed since it was made.
    var tokenIsOld: Bool {
        ["invalid auth token", "revision of auth store is old"].contains(withoutPrefix(self.message))
    }

    var authenticationIsOff: Bool { withoutPrefix(self.message) == "authentication is not enabled" }
}
