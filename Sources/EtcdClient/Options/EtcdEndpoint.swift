/// Where one etcd member is reached, and whether the way there is encrypted.
///
/// Written as etcd's own clients take it: `https://10.0.0.1:2379`, `http://localhost:2379`, `10.0.0.1:2379`,
/// `[::1]:2379`, `unix:///run/etcd.sock`, `unixs:///run/etcd.sock`. Without a scheme it is https when any TLS
/// option is given and http otherwise; without a port it is 2379.
public struct EtcdEndpoint: Hashable, Sendable {
    /// What a connection is made to.
    public enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    public static let defaultPort = 2379

    public var address: Address
    public var usesTLS: Bool

    public init(address: Address, usesTLS: Bool) {
        self.address = address
        self.usesTLS = usesTLS
    }

    /// Whether bytes to it stay on this machine: a socket file, `localhost`, 127.0.0.0/8 or ::1.
    public var isLocal: Bool {
        switch self.address {
        case .unixSocket: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || isIPv4Loopback(host)
        }
    }
}

private func isIPv4Loopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}

extension EtcdEndpoint: CustomStringConvertible {
    public var description: String {
        switch self.address {
        case .unixSocket(let path): "\(self.usesTLS ? "unixs" : "unix")://\(path)"
        case .tcp(let host, let port):
            "\(self.usesTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}

extension EtcdEndpoint {
    /// Reads what a person wrote.
    ///
    /// - Parameters:
    ///   - text: One endpoint.
    ///   - tlsByDefault: Whether an endpoint without a scheme is https.
    /// - Throws: `.badEndpoint`. A name and password in front of the host are refused and not repeated.
    public init(parsing text: String, tlsByDefault: Bool) throws(EtcdClientError) {
        let (scheme, rest) = splitScheme(text)
        switch scheme {
        case "unix", "unixs":
            guard !rest.isEmpty else { throw badEndpoint(text, "names no socket file") }
            self.init(address: .unixSocket(path: String(rest)), usesTLS: scheme == "unixs")
        case "http", "https", nil:
            let (host, port) = try hostAndPort(rest, of: text)
            self.init(
                address: .tcp(host: host, port: port),
                usesTLS: scheme.map { $0 == "https" } ?? tlsByDefault
            )
        case .some where rest.contains("@"):
            throw EtcdClientError(
                .badEndpoint("holds a user name; give it with --user"),
                endpoint: "endpoint"
            )
        case .some:
            throw badEndpoint(text, "has a scheme other than http, https, unix or unixs")
        }
    }
}

private func splitScheme(_ text: String) -> (scheme: String?, rest: Substring) {
    guard let separator = text.firstRange(of: "://") else { return (nil, text[...]) }
    return (text[..<separator.lowerBound].lowercased(), text[separator.upperBound...])
}

private func hostAndPort(_ rest: Substring, of text: String) throws(EtcdClientError) -> (String, Int) {
    guard !rest.contains("@") else {
        throw EtcdClientError(.badEndpoint("holds a user name; give it with --user"), endpoint: "endpoint")
    }
    let authority = rest.hasSuffix("/") ? rest.dropLast() : rest
    guard !authority.contains(where: { $0 == "/" || $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
        throw badEndpoint(text, "has more than a host and a port")
    }
    let (host, port) = splitPort(authority)
    guard !host.isEmpty else { throw badEndpoint(text, "names no host") }
    guard let port else { return (host, EtcdEndpoint.defaultPort) }
    guard let number = UInt16(port), number > 0 else {
        throw badEndpoint(text, "has no port from 1 to 65535")
    }
    return (host, Int(number))
}

/// The host without brackets, and the text after the colon when there is one.
private func splitPort(_ authority: Substring) -> (host: String, port: Substring?) {
    if authority.first == "[" {
        guard let bracket = authority.firstIndex(of: "]") else { return ("", nil) }
        let host = String(authority[authority.index(after: authority.startIndex)..<bracket])
        let after = authority[authority.index(after: bracket)...]
        return after.isEmpty ? (host, nil) : after.first == ":" ? (host, after.dropFirst()) : ("", nil)
    }
    let colons = authority.count { $0 == ":" }
    // More than one colon without brackets is an IPv6 address without a port.
    guard colons == 1, let colon = authority.firstIndex(of: ":") else { return (String(authority), nil) }
    return (String(authority[..<colon]), authority[authority.index(after: colon)...])
}

private func badEndpoint(_ text: String, _ why: String) -> EtcdClientError {
    EtcdClientError(.badEndpoint(why), endpoint: text)
}
