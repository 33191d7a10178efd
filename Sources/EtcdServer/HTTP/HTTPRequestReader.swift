import NIOCore

/// The first line of an HTTP/1 request.
struct HTTPRequest: Hashable, Sendable {
    /// In capitals, such as `GET`.
    var method: String
    /// Without what follows a `?`.
    var path: String

    /// What stands for anything that is no request.
    static let malformed = HTTPRequest(method: "", path: "")
}

/// Gathers a request's head and reads its first line; a body is not waited for.
struct HTTPRequestReader: Sendable {
    /// The longest head that is read, in bytes.
    static let limit = 8192

    private var head = ByteBuffer()

    /// The request, once the empty line at the end of its head has come; ``HTTPRequest/malformed`` when the head
    /// is too long or its first line is none.
    mutating func read(_ bytes: ByteBuffer) -> HTTPRequest? {
        self.head.writeImmutableBuffer(bytes)
        let text = String(decoding: self.head.readableBytesView.prefix(Self.limit), as: UTF8.self)
        guard let end = text.unicodeScalars.firstRange(of: "\r\n\r\n".unicodeScalars) else {
            return self.head.readableBytes >= Self.limit || !startsLikeHTTP(text) ? .malformed : nil
        }
        let head = String(text.unicodeScalars[..<end.lowerBound])
        let line = head.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" }
        let words = String(line).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
            return .malformed
        }
        return HTTPRequest(
            method: String(words[0]),
            path: String(words[1].prefix { $0 != "?" })
        )
    }
}

/// Whether a request may begin so: a method in capitals.
///
/// TLS to a plaintext port does not.
private func startsLikeHTTP(_ text: String) -> Bool {
    text.unicodeScalars.prefix { $0 != " " }.allSatisfy { ("A"..."Z").contains($0) }
}
