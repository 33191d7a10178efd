import Foundation
import SystemPackage
import TestSupport
import Testing

/// Several clusters in one etcd, as `list`, `get`, `tree` and `api-resources` tell them apart.
struct RootsTests {
    private static let source = ["-f", Repository.fixture("cases/many-roots-and-broken-objects.db").string]

    private func run(_ arguments: String...) async throws -> ProgramResult {
        try await RegistreeProgram.located().run(arguments + Self.source)
    }

    private static let headings = [
        "Root /registry", "Root /registry, logical cluster root:org",
        "Root /registry, logical cluster root:org:ws",
        "Root /kubernetes.io", "Root /openshift.io", "Root /default_tenant-00", "Root /default_tenant-01",
    ]

    @Test func listsEachRootBelowItsHeading() async throws {
        let result = try await self.run("list")
        #expect(result.exitCode == 0)
        let headings = result.lines.filter { $0.hasPrefix("Root ") || $0.hasPrefix("Outside ") }
        #expect(headings == Self.headings + ["Outside of every root"])
        #expect(result.lines.first.map { words($0[...]) } == ["NAMESPACE", "RESOURCE", "OBJECTS", "SIZE"])
        // Each has a namespace `default` of its own.
        #expect(result.lines.last.map { words($0[...]) }?.prefix(3) == ["total:", "7", "namespaces"])
    }

    @Test func listsOneRootWithoutAHeading() async throws {
        let result = try await self.run("list", "-A", "--etcd-prefix", "/default_tenant-00")
        #expect(!result.output.contains("Root"))
        #expect(!result.errors.contains("in this etcd"))
        #expect(result.output.contains("secrets"))
    }

    @Test(arguments: ["list", "tree", "get"])
    func saysForAHowManyThereAre(command: String) async throws {
        let arguments = [command] + (command == "get" ? ["secrets"] : [])
        let line = "Note: 5 roots and 2 logical clusters are in this etcd; --etcd-prefix ROOT shows one root"
        let program = try RegistreeProgram.located()
        let everywhere = try await program.run(arguments + ["-A"] + Self.source)
        #expect(everywhere.errors.contains(line))
        let unasked = try await program.run(arguments + Self.source)
        #expect(!unasked.errors.contains("in this etcd"))
    }

    private struct Row: Decodable {
        var root: String
        var logicalCluster: String?
        var resource: String
        var namespace: String
    }

    @Test func namesTheRootOfEveryRowInJSON() async throws {
        let result = try await self.run("list", "-o", "json")
        let rows = try JSONDecoder().decode([Row].self, from: Data(result.standardOutput))
        let secrets = rows.filter { $0.resource == "secrets" }.map(\.root)
        #expect(secrets == ["/default_tenant-00", "/default_tenant-01"])
        let ofClusters = rows.filter { $0.logicalCluster != nil }
        #expect(ofClusters.map(\.resource) == ["apibindings", "configmaps"])
        #expect(ofClusters.map(\.logicalCluster) == ["root:org", "root:org:ws"])
        #expect(rows.last?.root == "")
    }

    @Test func getsTheTablesOfEachRootBelowItsHeading() async throws {
        let result = try await self.run("get", "secrets,configmaps", "-n", "default")
        let headings = result.lines.filter { $0.hasPrefix("Root ") }
        #expect(
            headings == [
                "Root /registry", "Root /registry, logical cluster root:org:ws", "Root /default_tenant-00",
                "Root /default_tenant-01",
            ]
        )
        let tenants = try await self.run("get", "secrets", "-n", "default")
        #expect(
            tenants.lines.map { words($0[...]).first ?? "" } == [
                "Root", "NAME", "s", "", "Root", "NAME", "s",
            ]
        )
        let bare = try await self.run("get", "secrets", "-n", "default", "--no-headers")
        #expect(bare.lines.map { words($0[...]).first ?? "" } == ["s", "s"])
    }

    @Test func getsWhatOneRootHoldsWithoutAHeading() async throws {
        let result = try await self.run("get", "routes", "-A")
        #expect(result.lines.first.map { words($0[...]).first ?? "" } == "NAMESPACE")
    }

    @Test func drawsATreeForEachRoot() async throws {
        let result = try await self.run("tree", "--depth", "0")
        let names = result.lines.map { $0.prefix(while: { $0 != "(" }).trimmingCharacters(in: .whitespaces) }
        #expect(names == Self.headings.map { String($0.dropFirst(5)) } + ["outside of the registry"])
        let json = try await self.run("tree", "--depth", "0", "-o", "json")
        #expect(json.output.contains(#""name":"/registry","logicalCluster":"root:org","#))
    }

    @Test func listsTheResourcesOfEachRootBelowItsHeading() async throws {
        let result = try await self.run("api-resources")
        let headings = result.lines.filter { $0.hasPrefix("Root ") || $0.hasPrefix("Outside ") }
        #expect(headings == Self.headings + ["Outside of every root"])
    }
}
