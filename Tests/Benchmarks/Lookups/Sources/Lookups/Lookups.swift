import EtcdStorage
import Foundation
import KubernetesRegistry

/// Times how long a registry takes to open a snapshot, and then to find objects in it.
///
///     Lookups SNAPSHOT ROUNDS
///
/// Prints one line of JSON: medians in seconds.
@main
struct Lookups {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let rounds = Int(arguments[2]), rounds > 0 else {
            FileHandle.standardError.write(Data("usage: Lookups SNAPSHOT ROUNDS\n".utf8))
            exit(2)
        }
        // A first round, which brings the file into memory, does not count.
        var untimed = Times()
        try untimed.measure(arguments[1])
        var times = Times()
        for _ in 0..<rounds { try times.measure(arguments[1]) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(times.medians), as: UTF8.self))
    }
}

/// What was measured, in seconds.
private struct Times {
    private var summary: [Double] = []
    private var keyspace: [Double] = []
    private var opening: [Double] = []
    private var namespace: [Double] = []
    private var sameNamespace: [Double] = []
    private var object: [Double] = []

    struct Medians: Encodable {
        /// What `status` reads: every record once, with the hash of the whole file.
        var summary: Double
        /// Until the live keys are known.
        var keyspace: Double
        /// Until every key has its resource and namespace.
        var opening: Double
        /// All pods of a namespace that nobody looked at before.
        var namespace: Double
        /// The same once more.
        var sameNamespace: Double
        /// One pod by its name.
        var object: Double
    }

    var medians: Medians {
        Medians(
            summary: median(self.summary),
            keyspace: median(self.keyspace),
            opening: median(self.opening),
            namespace: median(self.namespace),
            sameNamespace: median(self.sameNamespace),
            object: median(self.object)
        )
    }

    /// Opens the snapshot anew, and looks for the pods of some of its namespaces.
    mutating func measure(_ path: String) throws {
        let clock = ContinuousClock()
        self.summary.append(
            try clock.measure { _ = try EtcdDatabase(path: path).changeSummary() } / .seconds(1)
        )
        let began = clock.now
        let keyspace = try EtcdDatabase(path: path).keyspace()
        let read = clock.now
        let registry = try Registry(of: keyspace)
        let opened = clock.now
        self.keyspace.append((read - began) / .seconds(1))
        self.opening.append((opened - began) / .seconds(1))
        let pods = try registry.resources(named: "pods")
        let namespaces = Set(registry.usage().filter { pods.contains($0.resource) }.map(\.namespace)).sorted()
        for namespace in namespaces.prefix(40) {
            var found: [StoredObject] = []
            self.namespace.append(seconds { found = registry.objects(of: pods, namespace: namespace) })
            self.sameNamespace.append(seconds { found = registry.objects(of: pods, namespace: namespace) })
            for object in [found.first, found.last].compactMap(\.self) {
                let names = [registry.name(of: object)]
                self.object.append(
                    seconds { found = registry.objects(of: pods, namespace: namespace, names: names) }
                )
            }
        }
    }
}

private func seconds(_ body: () -> Void) -> Double {
    ContinuousClock().measure(body) / .seconds(1)
}

private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
