import ClusterChecks
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Presentation
import StoreTestSupport
import SystemPackage
import TestSupport

/// What the checks find in a store that holds just these objects, by the name of the check, as a report shows it.
///
/// An object is a key below `/registry/` and a JSON value.
func findings(
    in objects: [(key: String, json: String)],
    openedWith decryption: Decryption? = nil
) async throws -> [String: RehearsalRow] {
    let rows = try await results(in: objects, openedWith: decryption).map { RehearsalRow($0) }
    return Dictionary(rows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// What the checks find in a store that holds just these objects.
func results(
    in objects: [(key: String, json: String)],
    openedWith decryption: Decryption? = nil
) async throws -> [ClusterCheckResult] {
    try await withTemporaryDirectory { directory in
        let path = directory.appending("made.db").string
        try writeStore(objects.map { ("/registry/\($0.key)", $0.json) }, to: path)
        let registry = try Registry(of: EtcdDatabase(path: path).keyspace())
        return try await ClusterCheckRun(registry, decryption: decryption).run().map(\.result)
    }
}

/// An object as JSON: `fields` stand beside its metadata, `metadata` beside its name.
func object(
    _ kind: String,
    _ name: String,
    in namespace: String = "",
    apiVersion: String = "v1",
    metadata: String = "",
    _ fields: String = ""
) -> String {
    let place = namespace.isEmpty ? "" : ", \"namespace\": \"\(namespace)\""
    let more = metadata.isEmpty ? "" : ", \(metadata)"
    let rest = fields.isEmpty ? "" : ", \(fields)"
    return """
        {"apiVersion": "\(apiVersion)", "kind": "\(kind)", "metadata": {"name": "\(name)"\(place)\(more)}\(rest)}
        """
}

/// A snapshot without a digest that holds these pairs, each with a revision of its own.
func writeStore(_ pairs: [(key: String, value: String)], to path: String) throws {
    try writeSnapshot(of: pairs.map { (Array($0.key.utf8), Array($0.value.utf8)) }, to: path)
}
