import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks a kube-apiserver over HTTPS, as the holder of a client certificate.
public struct APIServerClient: Sendable {
    /// How the server is known and how it knows the client.
    public struct Trust: Sendable {
        /// What signed the server's certificate, PEM.
        public var authority: String
        /// PEM.
        public var certificate: String
        /// PEM.
        public var privateKey: String

        public init(authority: String, certificate: String, privateKey: String) {
            self.authority = authority
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// Longer answers are refused; a page of a list is far below it.
    static let maxAnswerByteCount = 256 << 20

    private let http: HTTPClient
    /// `https://127.0.0.1:6443`.
    private let base: String
    private let timeout: Int64

    /// Calls `body` with a client, and closes its connections afterwards.
    ///
    /// - Parameters:
    ///   - base: `https://127.0.0.1:6443`.
    ///   - trust: Certificates and key.
    ///   - timeout: How long one answer may take, in seconds.
    ///   - body: What to ask.
    /// - Returns: What `body` returns.
    /// - Throws: `NIOSSLError` for certificates that cannot be read; what `body` throws.
    public static func withClient<Result>(
        to base: String,
        trust: Trust,
        timeout: Int64 = 120,
        _ body: (APIServerClient) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration(tlsConfiguration: try trust.configuration())
        configuration.timeout.connect = .seconds(5)
        configuration.redirectConfiguration = .disallow
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result
        do {
            result = try await body(APIServerClient(http: http, base: base, timeout: timeout))
        } catch {
            try? await http.shutdown()
            throw error
        }
        try await http.shutdown()
        return result
    }

    /// The text that a path such as `/readyz?verbose` answers with, and its HTTP status.
    public func text(at path: String) async throws -> (status: Int, text: String) {
        let (status, bytes) = try await self.get(path, accepting: "text/plain, */*")
        return (status, String(decoding: bytes, as: UTF8.self))
    }

    /// The server's release: `v1.36.2`.
    public func version() async throws -> String {
        try await self.json(Version.self, at: "/version", as: "application/json").gitVersion
    }

    /// Asks for JSON.
    func json<Answer: Decodable>(_ type: Answer.Type, at path: String, as format: String) async throws
        -> Answer
    {
        let (status, bytes) = try await self.get(path, accepting: format)
        guard status == 200 else {
            let message = try? JSONDecoder().decode(StatusMessage.self, from: Data(bytes)).message
            throw APIServerError(.refused(status: status, message: message ?? ""), path: path)
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw APIServerError(.badAnswer, path: path)
        }
    }

    private func get(_ path: String, accepting format: String) async throws -> (Int, [UInt8]) {
        var request = HTTPClientRequest(url: self.base + path)
        request.headers.add(name: "Accept", value: format)
        do {
            let response = try await self.http.execute(request, timeout: .seconds(self.timeout))
            let body = try await response.body.collect(upTo: Self.maxAnswerByteCount)
            return (Int(response.status.code), Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw APIServerError(.tooLong(byteCount: Self.maxAnswerByteCount), path: path)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw APIServerError(.unreachable("\(error)"), path: path)
        }
    }
}

private struct Version: Decodable {
    var gitVersion: String
}

/// What is read of a `Status` object.
private struct StatusMessage: Decodable {
    var message: String?
}

extension APIServerClient.Trust {
    fileprivate func configuration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(self.authority.utf8))
        )
        configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(self.certificate.utf8)).map
        {
            .certificate($0)
        }
        configuration.privateKey = .privateKey(
            try NIOSSLPrivateKey(bytes: Array(self.privateKey.utf8), format: .pem)
        )
        return configuration
    }
}
