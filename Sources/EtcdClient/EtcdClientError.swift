public import EtcdStorage

/// Why something could not be done with etcd, and at which endpoint.
///
/// Carries names, numbers, file names and the range of keys that was asked for: never a password, a token, what was
/// read of a key, or a stored value.
public struct EtcdClientError: Error, Hashable, Sendable {
    /// One way in which it can go wrong.
    public enum Reason: Hashable, Sendable {
        // What was asked for.
        case noEndpoints
        case badEndpoint(String)
        /// An http endpoint beyond this machine, with a client certificate or a password.
        case credentialsOverPlaintext
        case severalClusters(ids: [UInt64])

        // The files of --cacert, --cert and --key; each names the flag and the path.
        case fileUnusable(TLSFile, why: String)
        case notPEM(TLSFile)
        case keyEncrypted(TLSFile)
        case keyDoesNotMatch(certificate: TLSFile, key: TLSFile)
        /// --cert without --key, or the reverse.
        case incompletePair(missing: TLSFile.Role)

        // On the way to the server.
        case hostNotFound(String)
        case connectionRefused
        case noSuchSocket
        case unreachable(String)
        /// Nothing answered the attempt to connect.
        case connectTimedOut(Duration)
        /// Connected, and then nothing more came.
        case silent(Duration)
        /// The server ended the connection before it had said anything.
        case closedAtOnce
        /// What answers is not etcd's gRPC.
        case notEtcd

        // TLS.
        case serverSpeaksPlaintext
        case serverSpeaksTLS
        case unknownAuthority(issuer: String, caFile: String?)
        /// `day` as year-month-day; `subject` names the certificate.
        case certificateExpired(subject: String, day: String)
        case certificateNotYetValid(subject: String, day: String)
        case authorityExpired(subject: String, day: String, caFile: String)
        case wrongHostName(expected: String, names: [String])
        case clientCertificateRequired
        case clientCertificateRefused(String)
        case oldTLSOnly
        case handshakeFailed(String)

        // Users.
        case wrongPassword(user: String)
        case userNeeded
        case permissionDenied(user: String?)
        /// No right to read these keys.
        case rangeDenied(user: String?, KeyRange)

        // What etcd itself refuses.
        case compacted
        case futureRevision
        case noLeader
        case learner
        case outOfSpace
        case corruptCluster
        case tooLarge
        case tooBusy
        case serverTimedOut
        case notImplemented
        case refused(String)

        // On an established connection.
        case timedOut(Duration)
        case connectionLost
        /// More than the client is ready to hold, in bytes.
        case answerTooLarge(limit: Int)
        case badAnswer(String)

        // A snapshot's stream; sizes in bytes.
        case stalled(received: UInt64, Duration)
        case onlyEmptyMessages(received: UInt64)
        case streamCut(received: UInt64)
        case snapshotShort(received: UInt64, missing: UInt64)
        case snapshotContradictsItself(received: UInt64)
    }

    public var reason: Reason
    /// As a person knows it: the endpoint, or the flag that is wrong.
    public var endpoint: String

    public init(_ reason: Reason, endpoint: String) {
        self.reason = reason
        self.endpoint = endpoint
    }

    init(_ reason: Reason, at endpoint: EtcdEndpoint) {
        self.init(reason, endpoint: endpoint.description)
    }
}

/// One of the files that TLS needs.
public struct TLSFile: Hashable, Sendable {
    /// What the file is for; the raw value is the command line's flag.
    public enum Role: String, Hashable, Sendable {
        case authority = "--cacert"
        case certificate = "--cert"
        case key = "--key"
    }

    public var role: Role
    public var path: String

    public init(_ role: Role, path: String) {
        self.role = role
        self.path = path
    }
}

extension TLSFile: CustomStringConvertible {
    public var description: String { "\(self.role.rawValue) \(self.path)" }
}
