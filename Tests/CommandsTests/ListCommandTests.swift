import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree list` and `registree tree`, as their users run them.
struct ListCommandTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    private struct Row: Codable, Hashable {
        var namespace: String
        var group: String
        var resource: String
        var objects: Int
        var bytes: Int?

        var withoutBytes: Row {
            var row = self
            row.bytes = nil
            return row
        }
    }

    private func rows(_ arguments: [String]) async throws -> [Row] {
        let program = try RegistreeProgram.located()
        let result = try await program.run(["list", "-o", "json", "-f", Self.cluster] + arguments)
        #expect(result.exitCode == 0)
        return try JSONDecoder().decode([Row].self, from: Data(result.standardOutput))
    }

    @Test(arguments: ["shop", "x", "kube-system"])
    func listsOneNamespaceAsKubectlCountsIt(namespace: String) async throws {
        let text = try Data(contentsOf: Truth.url("cluster-1.36/object-counts.json"))
        let truth = try JSONDecoder().decode([Row].self, from: text).filter { $0.namespace == namespace }
        let rows = try await self.rows(["-n", namespace])
        #expect(Set(rows.map(\.withoutBytes)) == Set(truth))
    }

    @Test func listsEverythingWithAndWithoutA() async throws {
        let all = try await self.rows(["-A"])
        #expect(all.reduce(0) { $0 + $1.objects } == 1401)
        let unasked = try await self.rows([])
        #expect(unasked == all)
    }

    @Test func setsClusterScopeApartAndEndsInTotals() async throws {
        let result = try await RegistreeProgram.run("list", "-f", Self.cluster)
        let lines = result.lines.map { words($0[...]) }
        #expect(lines.first == ["NAMESPACE", "RESOURCE", "OBJECTS", "SIZE"])
        #expect(lines.contains(["(cluster)", "nodes", "3", "7.5", "kB"]))
        #expect(lines.contains(["(cluster)", "ranges", "1", "332", "B"]))
        #expect(lines.filter(\.isEmpty).count == 2)
        #expect(lines.last == ["total:", "11", "namespaces", "56", "resources", "1401", "1.8", "MB"])
    }

    @Test func listsAnOlderRevision() async throws {
        let rows = try await self.rows(["--rev", "600"])
        let total = rows.reduce(0) { $0 + $1.objects }
        #expect(total > 0)
        #expect(total < 1401)
    }

    @Test(arguments: [("9999999", "in the future"), ("-1", "1 or more"), ("0", "1 or more")])
    func refusesARevisionThatIsNotThere(revision: String, words: String) async throws {
        let result = try await RegistreeProgram.run("list", "--revision=\(revision)", "-f", Self.cluster)
        #expect(result.exitCode == 3)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(words))
    }

    @Test func drawsTheTree() async throws {
        let result = try await RegistreeProgram.run("tree", "--depth", "2", "-f", Self.cluster)
        #expect(result.lines.first == "/registry  (1401 objects, 1.8 MB)")
        #expect(result.lines.contains("├── cluster scope  (241 objects, 187 kB)"))
        #expect(result.lines.contains("│   ├── nodes  (3 objects, 7.5 kB)"))
        #expect(result.lines.contains("└── 11 namespaces  (1160 objects, 1.6 MB)"))
        #expect(result.lines.last == "    └── x  (115 objects, 110 kB)")
    }

    @Test func opensTheTreeToEveryObject() async throws {
        let result = try await RegistreeProgram.run(
            "tree",
            "--depth",
            "4",
            "-n",
            "default",
            "-f",
            Self.cluster
        )
        #expect(result.lines.contains("        ├── configmaps  (2 objects, 1.6 kB)"))
        #expect(result.lines.contains("        │   ├── kube-root-ca.crt  (1.2 kB)"))
        #expect(result.lines.count == 3 + 6 + 25)
    }

    private struct Node: Decodable {
        var type: String
        var name: String
        var objects: Int?
        var bytes: Int
        var children: [Node]?

        var leaves: Int {
            self.type == "object" ? 1 : (self.children ?? []).reduce(0) { $0 + $1.leaves }
        }
    }

    @Test(arguments: 0...4)
    func writesTheTreeAsJSON(depth: Int) async throws {
        let result = try await RegistreeProgram.run(
            "tree",
            "-o",
            "json",
            "--depth",
            "\(depth)",
            "-f",
            Self.cluster
        )
        let roots = try JSONDecoder().decode([Node].self, from: Data(result.standardOutput))
        #expect(roots.map(\.name) == ["/registry"])
        #expect(roots.first?.objects == 1401)
        #expect(roots.first?.leaves == (depth == 4 ? 1401 : 0))
        #expect(roots.first?.children?.map(\.name) == (depth == 0 ? nil : ["cluster scope", "namespaces"]))
    }
}
