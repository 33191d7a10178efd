import EtcdStorage

extension EtcdClientError: CustomStringConvertible {
    public var description: String { "\(self.endpoint): \(self.reason.explanation)" }
}

extension EtcdClientError.Reason {
    fileprivate var explanation: String {
        self.aboutOptions ?? self.aboutReaching ?? self.aboutTLS ?? self.aboutUsers ?? self.aboutRefusals
            ?? self.aboutStreams ?? "failed"
    }

    private var aboutOptions: String? {
        switch self {
        case .noEndpoints: "no endpoint is given"
        case .badEndpoint(let why): "not an endpoint such as https://10.0.0.1:2379: \(why)"
        case .credentialsOverPlaintext:
            "plain http to another machine would show the user or certificate to everyone on the way; use https"
        case .severalClusters(let ids):
            "the endpoints belong to different clusters (\(ids.map(hexadecimal).joined(separator: ", "))); "
                + "give those of one"
        case .fileUnusable(let file, let why): "\(file): \(why)"
        case .notPEM(let file):
            "\(file) does not have a \(file.role == .key ? "private key" : "certificate") in PEM form"
        case .keyEncrypted(let file): "\(file) is encrypted; give a key without a passphrase"
        case .keyDoesNotMatch(let certificate, let key): "\(key) is not the private key of \(certificate)"
        case .incompletePair(let missing):
            "a client certificate needs --cert and --key; \(missing.rawValue) is missing"
        default: nil
        }
    }

    private var aboutReaching: String? {
        switch self {
        case .hostNotFound(let host): "the name \(host) cannot be resolved"
        case .connectionRefused: "connection refused: nothing listens there"
        case .noSuchSocket: "there is no such socket"
        case .unreachable(let why): "cannot be reached: \(why)"
        case .connectTimedOut(let limit): "no answer to the connection attempt within \(seconds(limit))"
        case .silent(let limit): "accepts connections, but sends nothing within \(seconds(limit))"
        case .closedAtOnce: "the server closed the connection before it answered"
        case .notEtcd: "something answers there, but it is not etcd's client port"
        default: nil
        }
    }

    private var aboutTLS: String? {
        switch self {
        case .serverSpeaksPlaintext: "the server speaks plain http there; use http://"
        case .serverSpeaksTLS: "the server expects TLS there; use https:// (and --cacert)"
        case .unknownAuthority(let issuer, let caFile?):
            "the server's certificate was signed by a CA other than --cacert \(caFile): by \(issuer)"
        case .unknownAuthority(let issuer, nil):
            "the server's certificate was signed by a CA that this system does not trust, \(issuer); "
                + "name the right one with --cacert"
        case .certificateExpired(let subject, let day):
            "the server's certificate (\(subject)) expired on \(day); renew it, or set this machine's clock"
        case .certificateNotYetValid(let subject, let day):
            "the server's certificate (\(subject)) is not valid before \(day); check this machine's clock"
        case .authorityExpired(let subject, let day, let caFile):
            "the CA certificate of --cacert \(caFile) (\(subject)) expired on \(day)"
        case .wrongHostName(let expected, let names):
            "the server's certificate is not for \(expected) but for \(nameList(names))"
        case .clientCertificateRequired: "the server asks for a client certificate; give --cert and --key"
        case .clientCertificateRefused(let why): "the server refused the client certificate of --cert: \(why)"
        case .oldTLSOnly: "the server offers only TLS older than 1.2"
        case .handshakeFailed(let why): "the TLS handshake failed: \(why)"
        default: nil
        }
    }

    private var aboutUsers: String? {
        switch self {
        case .wrongPassword(let user): "etcd does not know user \(user) with this password"
        case .userNeeded: "etcd's authentication is on; give --user"
        case .permissionDenied(let user?): "user \(user) has no right to do this (permission denied)"
        case .permissionDenied(nil): "no right to do this (permission denied)"
        case .rangeDenied(let user?, let range):
            "user \(user) has no right to read \(words(for: range)) (permission denied)"
        case .rangeDenied(nil, let range): "no right to read \(words(for: range)) (permission denied)"
        default: nil
        }
    }

    private var aboutRefusals: String? {
        switch self {
        case .compacted: "this revision has been compacted away"
        case .futureRevision: "this revision does not exist yet"
        case .noLeader:
            "the cluster has lost its quorum: it has no leader, since most members are down or cut off"
        case .learner: "the member is a learner, which does not answer this"
        case .outOfSpace: "etcd's space quota is used up (NOSPACE alarm)"
        case .corruptCluster: "etcd has found its data corrupt (CORRUPT alarm)"
        case .tooLarge: "etcd refused the request as too large"
        case .tooBusy: "etcd refused the request: too many at once; try again"
        case .serverTimedOut: "etcd itself gave up waiting for its cluster; try again"
        case .notImplemented: "this etcd does not know the call"
        case .refused(let why): "etcd refused: \(why)"
        default: nil
        }
    }

    private var aboutStreams: String? {
        switch self {
        case .timedOut(let limit): "no answer within \(seconds(limit))"
        case .connectionLost: "the connection broke"
        case .answerTooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .badAnswer(let why): "the answer is not valid: \(why)"
        case .stalled(let received, let limit):
            "no more data came for \(seconds(limit)), after \(received) bytes"
        case .onlyEmptyMessages(let received): "only empty messages came after \(received) bytes"
        case .streamCut(let received): "the connection broke during the transfer, after \(received) bytes"
        case .snapshotShort(let received, let missing):
            "the server ended the snapshot after \(received) bytes, \(missing) short of what it announced"
        case .snapshotContradictsItself(let received):
            "the announced and the sent size of the snapshot differ, after \(received) bytes"
        default: nil
        }
    }
}

/// Which keys these are; what is not printable ASCII in a key is a question mark.
private func words(for range: KeyRange) -> String {
    let start = quoted(range.start)
    return switch range.end {
    case .single: "the key \(start)"
    case .none where range.start.isEmpty: "all keys"
    case .none: "the keys from \(start) on"
    case .before where range == .prefix(range.start): "the keys that begin with \(start)"
    case .before(let end): "the keys from \(start) to \(quoted(end))"
    }
}

private func quoted(_ key: [UInt8]) -> String { "\"\(printable(String(decoding: key, as: UTF8.self)))\"" }

private func hexadecimal(_ id: UInt64) -> String { String(id, radix: 16) }

private func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard attoseconds != 0 else { return "\(seconds) s" }
    return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
}

private func nameList(_ names: [String]) -> String {
    guard !names.isEmpty else { return "no name at all" }
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
}
