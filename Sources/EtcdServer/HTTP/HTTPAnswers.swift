import NIOHTTP1

/// An HTTP/1.1 answer after which the connection is closed.
struct HTTPAnswer: Hashable, Sendable {
    var status: HTTPResponseStatus
    var contentType: String
    var body: String

    static let badRequest = plain(.badRequest, "Bad Request\n")
    static let methodNotAllowed = plain(.methodNotAllowed, "Method Not Allowed\n")
    static let notFound = plain(.notFound, "404 page not found\n")

    static func json(_ body: String, status: HTTPResponseStatus = .ok) -> HTTPAnswer {
        HTTPAnswer(status: status, contentType: "application/json", body: body)
    }

    private static func plain(_ status: HTTPResponseStatus, _ body: String) -> HTTPAnswer {
        HTTPAnswer(status: status, contentType: "text/plain; charset=utf-8", body: body)
    }
}

/// What etcd answers over plain HTTP: `/health`, `/version`, `/metrics`.
///
/// Source: etcd-io/etcd `server/etcdserver/api/etcdhttp/health.go`, `version.go`, `metrics.go`.
struct HTTPAnswers: Sendable {
    /// Why the store is not healthy; nil when it is.
    var unhealthyReason: @Sendable () -> String?
    /// Prometheus's text.
    var metrics: @Sendable () -> String

    @concurrent func answer(to request: HTTPRequestHead) async -> HTTPAnswer {
        guard request.uri.hasPrefix("/") else { return .badRequest }
        guard request.method == .GET || request.method == .HEAD else { return .methodNotAllowed }
        return switch request.uri.prefix(while: { $0 != "?" }) {
        case "/health": self.health
        case "/version":
            .json(#"{"etcdserver":"\#(ServerVersion.server)","etcdcluster":"\#(ServerVersion.cluster)"}"#)
        case "/metrics":
            HTTPAnswer(
                status: .ok,
                contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: self.metrics()
            )
        default: .notFound
        }
    }

    private var health: HTTPAnswer {
        guard let reason = self.unhealthyReason() else { return .json(#"{"health":"true","reason":""}"#) }
        return .json(#"{"health":"false","reason":"\#(reason)"}"#, status: .serviceUnavailable)
    }
}
