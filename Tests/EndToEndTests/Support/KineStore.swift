import EtcdMessages
import FakeEtcd
import Foundation
import SwiftProtobuf

/// What a small k3s keeps in kine, with numbers as kine gives them: no versions, and leases that are times.
enum KineStore {
    static let revision: Int64 = 4000

    /// The keys, in order.
    static let keys =
        ["/bootstrap/aa11", "/registry/configmaps/default/a", "/registry/events/default/e"]
        + (1...300).map { "/registry/configmaps/many/m\($0)" }.sorted()
        + ["/registry/health", "/registry/namespaces/default", "/registry/pods/default/p", "registry"]

    static var sortedKeys: [String] { self.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    static var rows: [Mvccpb_KeyValue] {
        self.keys.enumerated().map { index, key in
            .with {
                $0.key = Data(key.utf8)
                $0.value = self.value(of: key)
                // Some as they were created, some changed since, some from an old table without a create revision.
                $0.modRevision = Int64(2 + index * 7)
                $0.createRevision = [$0.modRevision, $0.modRevision - Int64(index), 0][index % 3]
                $0.lease = key.contains("/events/") ? 3600 : 0
            }
        }
    }

    static func value(of key: String) -> Data {
        let parts = key.split(separator: "/").map(String.init)
        if key == "/registry/health" { return Data(#"{"health":"true"}"#.utf8) }
        if parts.count == 3, parts[1] == "namespaces" {
            let metadata = #"{"name":"\#(parts[2])"}"#
            return Data(#"{"apiVersion":"v1","kind":"Namespace","metadata":\#(metadata)}"#.utf8)
        }
        let kinds = ["configmaps": "ConfigMap", "pods": "Pod", "events": "Event"]
        guard parts.count == 4, let kind = kinds[parts[1]] else { return Data("value of \(key)".utf8) }
        let metadata = #"{"name":"\#(parts[3])","namespace":"\#(parts[2])"}"#
        return Data(#"{"apiVersion":"v1","kind":"\#(kind)","metadata":\#(metadata)}"#.utf8)
    }

    /// Serves it on a free port of 127.0.0.1 while `body` runs, which is given the endpoint.
    static func serve(
        _ comparison: FakeKine.Comparison = .bounds,
        writesWhenRead: Bool = false,
        _ body: @Sendable (String) async throws -> Void
    ) async throws {
        let kine = FakeKine(
            self.rows,
            revision: self.revision,
            comparison: comparison,
            writesWhenRead: writesWhenRead
        )
        try await withServer([kine]) { port in try await body("http://127.0.0.1:\(port)") }
    }
}
