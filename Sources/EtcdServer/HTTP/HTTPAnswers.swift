/// An HTTP/1.1 answer after which the connection is closed.
struct HTTPAnswer: Hashable, Sendable {
    var status: String
    var contentType: String
    var body: String
    /// For a HEAD request the body is only counted.
    var isHead = false

    var text: String {
        """
        HTTP/1.1 \(self.status)\r
        Content-Type: \(self.contentType)\r
        Content-Length: \(self.body.utf8.count)\r
        Connection: close\r
        X-Content-Type-Options: nosniff\r
        \r\n
        """ + (self.isHead ? "" : self.body)
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

    @concurrent func answer(to request: HTTPRequest) async -> HTTPAnswer {
        if request == .malformed { return plain("400 Bad Request", "Bad Request\n") }
        let isHead = request.method == "HEAD"
        guard isHead || request.method == "GET" else {
            return plain("405 Method Not Allowed", "Method Not Allowed\n")
        }
        var answer =
            switch request.path {
            case "/health": self.health()
            case "/version":
                json(#"{"etcdserver":"\#(ServerVersion.server)","etcdcluster":"\#(ServerVersion.cluster)"}"#)
            case "/metrics":
                HTTPAnswer(
                    status: "200 OK",
                    contentType: "text/plain; version=0.0.4; charset=utf-8",
                    body: self.metrics()
                )
            default: plain("404 Not Found", "404 page not found\n")
            }
        answer.isHead = isHead
        return answer
    }

    private func health() -> HTTPAnswer {
        guard let unhealthyReason = self.unhealthyReason() else {
            return json(#"{"health":"true","reason":""}"#)
        }
        var answer = json(#"{"health":"false","reason":"\#(unhealthyReason)"}"#)
        answer.status = "503 Service Unavailable"
        return answer
    }
}

private func json(_ body: String) -> HTTPAnswer {
    HTTPAnswer(status: "200 OK", contentType: "application/json", body: body)
}

private func plain(_ status: String, _ body: String) -> HTTPAnswer {
    HTTPAnswer(status: status, contentType: "text/plain; charset=utf-8", body: body)
}
