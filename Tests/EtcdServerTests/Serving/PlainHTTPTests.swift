import Foundation
import Glibc
import TestSupport
import Testing

@testable import EtcdServer

/// What clients get that speak no HTTP/2.
@Suite(.timeLimit(.minutes(60)))
struct PlainHTTPTests {
    @Test(arguments: [
        (
            "GET /version HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK",
            #"{"etcdserver":"3.5.21","etcdcluster":"3.5.0"}"#
        ),
        ("GET /health?x=1 HTTP/1.0\r\n\r\n", "200 OK", #"{"health":"true","reason":""}"#),
        ("HEAD /version HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", ""),
        ("GET /other HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found", "404 page not found\n"),
        ("GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "Bad Request\n"),
        (
            "POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", "405 Method Not Allowed",
            "Method Not Allowed\n"
        ),
        ("\u{16}\u{3}\u{1} begins a TLS handshake", "400 Bad Request", "Bad Request\n"),
        ("PRI * HTTP/2.1\r\n\r\n", "400 Bad Request", "Bad Request\n"),
        ("GET /health HTTP/2.0\r\n\r\n", "400 Bad Request", "Bad Request\n"),
        ("GET /health\r\n\r\n", "400 Bad Request", "Bad Request\n"),
    ])
    func answersOneRequestAndCloses(_ request: String, _ status: String, _ body: String) async throws {
        try await withServed { served in
            let answer = try await answer(from: served.port, to: Array(request.utf8))
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\nContent-Type: "), "\(answer)")
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n\(body)"), "\(answer)")
        }
    }

    @Test func aHeadWithoutAnEndIsRefused() async throws {
        try await withServed { served in
            let head = "GET /health HTTP/1.1\r\n" + String(repeating: "x: y\r\n", count: 4_000)
            let answer = try await answer(from: served.port, to: Array(head.utf8))
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"), "\(answer)")
        }
    }

    @Test func aRequestMayComeByteByByte() async throws {
        try await withServed { served in
            let request = Array("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            let answer = try await answer(from: served.port, to: request, oneByOne: true)
            #expect(answer.hasSuffix(#"{"health":"true","reason":""}"#), "\(answer)")
        }
    }
}

/// Everything that the server sends until it closes.
private func answer(from port: Int, to request: [UInt8], oneByOne: Bool = false) async throws -> String {
    let socket = RawHTTP2.connect(to: port, sending: oneByOne ? [] : request)
    defer { close(socket) }
    if oneByOne {
        for byte in request {
            _ = withUnsafeBytes(of: byte) { send(socket, $0.baseAddress, 1, CInt(MSG_NOSIGNAL)) }
            await Task.yield()
        }
    }
    var answer: [UInt8] = []
    while true {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        if count == 0 { break }
        if count > 0 {
            answer += bytes.prefix(count)
        } else if errno == EAGAIN {
            try await Task.sleep(for: .milliseconds(2))
        } else {
            // Closed before it had read everything that was sent.
            break
        }
    }
    return String(decoding: answer, as: UTF8.self)
}
