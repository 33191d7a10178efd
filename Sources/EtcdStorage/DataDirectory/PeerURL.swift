/// The address at which a member listens to the others, in the form that etcd stores and hashes.
///
/// `http` and `https` need a host and a port and nothing else; `unix` and `unixs` any address.
///
/// Source: etcd-io/etcd `client/pkg/types/urls.go`, `NewURLs`.
struct PeerURL: Hashable, Sendable {
    let text: String

    enum Problem: Hashable, Sendable {
        case scheme
        case hostAndPort
        case path
    }

    init(parsing text: String) throws(Problem) {
        let trimmed = trimmingSpaces(text)
        guard let separator = trimmed.firstRange(of: "://") else { throw .scheme }
        let scheme = trimmed[..<separator.lowerBound].lowercased()
        let address = trimmed[separator.upperBound...]
        switch scheme {
        case "http", "https":
            if address.contains(where: { "/?#@".contains($0) }) { throw .path }
            guard isHostAndPort(address) else { throw .hostAndPort }
        case "unix", "unixs":
            if address.isEmpty { throw .hostAndPort }
        default: throw .scheme
        }
        self.text = "\(scheme)://\(address)"
    }
}

extension PeerURL.Problem: Error, CustomStringConvertible {
    var description: String {
        switch self {
        case .scheme: "it must begin with http://, https://, unix:// or unixs://"
        case .hostAndPort: "it needs a host and a port, as in https://10.0.0.1:2380"
        case .path: "nothing may follow the port"
        }
    }
}

private func isHostAndPort(_ address: Substring) -> Bool {
    guard let colon = address.lastIndex(of: ":") else { return false }
    let port = address[address.index(after: colon)...]
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), UInt16(port) != nil else { return false }
    let host = address[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
        let inside = host.dropFirst().dropLast()
        return inside.contains(":") && inside.utf8.allSatisfy { isHostByte($0) || $0 == 0x3A || $0 == 0x25 }
    }
    return !host.isEmpty && host.utf8.allSatisfy(isHostByte)
}

/// Letters, digits, `-`, `.` and `_`.
private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
}

func trimmingSpaces(_ text: some StringProtocol) -> String {
    let spaces: Set<Character> = [" ", "\t", "\n", "\r"]
    let rest = text.drop { spaces.contains($0) }
    return String(rest.reversed().drop { spaces.contains($0) }.reversed())
}
