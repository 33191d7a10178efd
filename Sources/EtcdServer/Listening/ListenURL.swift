/// Where the server listens for clients, in the form of etcd's `--listen-client-urls`.
///
/// `http://127.0.0.1:2379`, `https://[::1]:2379`, `unix:///run/etcd.sock`, `unixs:///run/etcd.sock`; port 0 takes
/// any free port.
public struct ListenURL: Hashable, Sendable {
    public enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    public var address: Address
    public var usesTLS: Bool

    public init(address: Address, usesTLS: Bool) {
        self.address = address
        self.usesTLS = usesTLS
    }

    /// - Throws: `.badURL`.
    public init(parsing text: String) throws(ServerError) {
        guard let separator = text.firstRange(of: "://") else {
            throw ServerError(.badURL(why: "has no scheme: begin it with http:// or https://"), at: text)
        }
        let rest = text[separator.upperBound...]
        switch text[..<separator.lowerBound].lowercased() {
        case "unix": self.init(address: try socketFile(rest, of: text), usesTLS: false)
        case "unixs": self.init(address: try socketFile(rest, of: text), usesTLS: true)
        case "http": self.init(address: try hostAndPort(rest, of: text), usesTLS: false)
        case "https": self.init(address: try hostAndPort(rest, of: text), usesTLS: true)
        default:
            throw ServerError(
                .badURL(why: "has a scheme other than http, https, unix or unixs"),
                at: text
            )
        }
    }

    /// Whether only programs on this machine can reach it.
    public var isLocal: Bool {
        switch self.address {
        case .unixSocket: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || isIPv4Loopback(host)
        }
    }
}

extension ListenURL: CustomStringConvertible {
    public var description: String {
        switch self.address {
        case .unixSocket(let path): "\(self.usesTLS ? "unixs" : "unix")://\(path)"
        case .tcp(let host, let port):
            "\(self.usesTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}

private func isIPv4Loopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}

private func socketFile(_ rest: Substring, of text: String) throws(ServerError) -> ListenURL.Address {
    // The kernel's `sun_path` has 108 bytes with the zero at the end.
    guard !rest.isEmpty, rest.utf8.count < 108 else {
        throw ServerError(.badURL(why: "names no socket file, or one with more than 107 bytes"), at: text)
    }
    return .unixSocket(path: String(rest))
}

private func hostAndPort(_ rest: Substring, of text: String) throws(ServerError) -> ListenURL.Address {
    let authority = rest.hasSuffix("/") ? rest.dropLast() : rest
    guard !authority.contains(where: { "/?#@".contains($0) || $0.isWhitespace }) else {
        throw ServerError(.badURL(why: "has more than a host and a port"), at: text)
    }
    guard let colon = authority.lastIndex(of: ":"),
        let port = UInt16(authority[authority.index(after: colon)...])
    else { throw ServerError(.badURL(why: "has no port from 0 to 65535"), at: text) }
    var host = authority[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
        host = host.dropFirst().dropLast()
    } else if host.contains(":") {
        throw ServerError(.badURL(why: "has an IPv6 address without brackets"), at: text)
    }
    guard !host.isEmpty else { throw ServerError(.badURL(why: "names no host"), at: text) }
    return .tcp(host: String(host), port: Int(port))
}
