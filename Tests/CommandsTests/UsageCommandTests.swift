import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree usage -o json`, as far as the tests look at it.
struct UsageReport: Decodable {
    struct Tally: Decodable, Hashable {
        var objects: Int
        var valueBytes: Int
        var liveBytes: Int
        var historyBytes: Int
        var tombstoneBytes: Int
        var changes: Int
        var leased: Int
        var bytes: Int
    }

    struct Group: Decodable {
        var root: String
        var group: String?
        var resource: String?
        var namespace: String?
        var tally: Tally
    }

    struct Object: Decodable {
        var resource: String?
        var namespace: String
        var name: String
        var live: Bool
        var valueBytes: Int
        var bytes: Int
        var changes: Int
        var changesPerMinute: Double?
        var version: Int64
    }

    struct Diagnosis: Decodable {
        var code: String
        var text: String
    }

    struct Database: Decodable {
        var bytes: Int
        var inUse: Int?
        var defragmented: Int?
        var compactedAndDefragmented: Int?
    }

    struct History: Decodable { var seconds: Int }

    struct Step: Decodable {
        var upTo: Int
        var count: Int
    }

    struct Numbers: Decodable {
        var count: Int
        var sum: Int
        var largest: Int
        var percentiles: [String: Int]
        var histogram: [Step]
    }

    struct Leases: Decodable {
        struct Lease: Decodable {
            var id: String
            var keys: Int
        }
        var count: Int?
        var used: Int
        var keys: Int
        var largest: [Lease]
    }

    struct Fields: Decodable {
        struct Field: Decodable {
            var field: String
            var bytes: Int
        }
        var bytes: Int
        var managedFieldsBytes: Int
        var unopenedValues: Int
        var fields: [Field]
    }

    var diagnosis: [Diagnosis]
    var revision: Int64
    var time: String?
    var history: History?
    var file: [String: Int]?
    var database: Database?
    var quota: Int
    var total: Tally
    var outside: Tally?
    var resources: [Group]
    var namespaces: [Group]
    var groups: [Group]
    var largestObjects: [Object]
    var largestValues: [Object]
    var mostWritten: [Object]
    var valueSizes: Numbers
    var versions: Numbers
    var leases: Leases
    var fields: Fields?

    static func of(_ arguments: [String]) async throws -> UsageReport {
        let result = try await RegistreeProgram.run(["usage", "-o", "json"] + arguments)
        guard result.exitCode == 0 else { throw ProgramError("\(arguments): \(result.errors)") }
        return try JSONDecoder().decode(Self.self, from: Data(result.standardOutput))
    }
}

/// `registree usage`, as its users run it.
struct UsageCommandTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    private struct ListRow: Decodable {
        var root: String
        var namespace: String
        var group: String
        var resource: String
        var objects: Int
        var bytes: Int

        var place: String { "\(self.root) \(self.namespace) \(self.group) \(self.resource)" }
    }

    @Test(arguments: [
        "cluster-1.36/with-history.db", "cases/many-roots-and-broken-objects.db",
        "cases/aggregated-apis-and-odd-crds.db", "plain-etcd/auth-and-leases.db",
    ])
    func countsWhatListCounts(name: String) async throws {
        let path = Repository.fixture(name).string
        let listed = try await RegistreeProgram.run("list", "-f", path, "-o", "json")
        let rows = try JSONDecoder().decode([ListRow].self, from: Data(listed.standardOutput))
        let usage = try await UsageReport.of(["-f", path])
        #expect(usage.total.objects == rows.reduce(0) { $0 + $1.objects })
        #expect(usage.total.valueBytes == rows.reduce(0) { $0 + $1.bytes })
        var found: [String: [Int]] = [:]
        for group in usage.groups where group.tally.objects > 0 {
            let words = [group.root, group.namespace ?? "", group.group ?? "", group.resource ?? ""]
            let sums = found[words.joined(separator: " ")] ?? [0, 0]
            found[words.joined(separator: " ")] = [
                sums[0] + group.tally.objects, sums[1] + group.tally.valueBytes,
            ]
        }
        var truth: [String: [Int]] = [:]
        for row in rows {
            let sums = truth[row.place] ?? [0, 0]
            truth[row.place] = [sums[0] + row.objects, sums[1] + row.bytes]
        }
        #expect(found == truth)
    }

    @Test func addsUp() async throws {
        let usage = try await UsageReport.of(["-f", Self.cluster, "--top", "25"])
        var file = try #require(usage.file)
        let total = file.removeValue(forKey: "total")
        #expect(file.values.reduce(0, +) == total)
        let size = try FileManager.default.attributesOfItem(atPath: Self.cluster)[.size] as? Int
        #expect(total == size)
        for rows in [usage.resources, usage.namespaces, usage.groups] {
            #expect(rows.reduce(0) { $0 + $1.tally.bytes } == usage.total.bytes)
            #expect(rows.reduce(0) { $0 + $1.tally.changes } == usage.total.changes)
        }
        #expect(usage.total.historyBytes == file["history"])
        #expect(usage.total.tombstoneBytes == file["tombstones"])
        #expect(usage.total.valueBytes == file["liveValues"])
        #expect(usage.valueSizes.count == 1401)
        #expect(usage.valueSizes.sum == usage.total.valueBytes)
        #expect(usage.valueSizes.histogram.reduce(0) { $0 + $1.count } == 1401)
        #expect(usage.versions.count == 1401)
        #expect(usage.largestObjects.count == 25)
        #expect(usage.largestObjects.map(\.bytes) == usage.largestObjects.map(\.bytes).sorted(by: >))
        #expect(usage.largestValues.first?.valueBytes == usage.valueSizes.largest)
        #expect(usage.mostWritten.map(\.changes) == usage.mostWritten.map(\.changes).sorted(by: >))
        #expect(usage.history != nil)
        #expect(usage.mostWritten.allSatisfy { $0.changesPerMinute != nil })
    }

    @Test func countsVersionsAndLeasesAsEtcdctlSaidThem() async throws {
        let truth = try EtcdctlRange(readingFile: Repository.fixture("cluster-1.36/kv.json"))
        let usage = try await UsageReport.of([Self.cluster])
        #expect(usage.versions.sum == Int(truth.entries.reduce(0) { $0 + $1.version }))
        let leases = truth.entries.map(\.lease).filter { $0 != 0 }
        #expect(usage.leases.keys == leases.count)
        #expect(usage.leases.used == Set(leases).count)
        #expect(usage.total.leased == leases.count)
        let counts = Dictionary(grouping: leases) { $0 }.mapValues(\.count)
        #expect(usage.leases.largest.first?.keys == counts.values.max())
        let sizes = truth.entries.map(\.value.count).sorted()
        #expect(usage.valueSizes.percentiles["p50"] == sizes[(sizes.count * 50 + 99) / 100 - 1])
        #expect(usage.valueSizes.percentiles["p99"] == sizes[(sizes.count * 99 + 99) / 100 - 1])
    }

    @Test func looksIntoTheFieldsWhenAsked() async throws {
        let usage = try await UsageReport.of(["--fields", "-f", Self.cluster])
        let fields = try #require(usage.fields)
        #expect(fields.bytes == usage.total.valueBytes)
        #expect(fields.fields.reduce(0) { $0 + $1.bytes } == fields.bytes)
        #expect(fields.managedFieldsBytes > fields.bytes / 10)
        let text = try await RegistreeProgram.run("usage", "--fields", "-f", Self.cluster)
        #expect(text.output.contains("metadata.managedFields"))
        #expect(text.output.contains("kube-controller-manager"))
    }

    @Test func opensEncryptedValuesForTheirFields() async throws {
        let directory = Repository.fixture("encrypted/aescbc")
        let snapshot = directory.appending("snapshot.db").string
        let closed = try #require(await UsageReport.of(["--fields", "-f", snapshot]).fields)
        #expect(closed.unopenedValues > 0)
        let configuration = directory.appending("encryption-configuration.yaml").string
        let open = try #require(
            await UsageReport.of(["--fields", "-f", snapshot, "--encryption-config", configuration]).fields
        )
        #expect(open.unopenedValues == 0)
        #expect(open.bytes == closed.bytes)
    }

    @Test func saysTheGravestFirst() async throws {
        let quota = try await RegistreeProgram.run(
            "usage",
            "--fields",
            "--quota",
            "5MB",
            "-f",
            Self.cluster
        )
        #expect(quota.lines.first?.contains("% of its quota, and etcd refuses writes") == true)
        #expect(quota.output.contains("  also: "))
        let near = try await UsageReport.of(["--quota", "7MB", "-f", Self.cluster])
        #expect(near.diagnosis.first?.code == "quotaNear")
        #expect(near.quota == 7_000_000)
        for quota in ["0", "-1", "8XB", "", "99999999999999GiB"] {
            #expect(try await RegistreeProgram.run("usage", "--quota=\(quota)", Self.cluster).exitCode == 3)
        }
        #expect(try await UsageReport.of(["--quota", "8GiB", Self.cluster]).quota == 8 << 30)
    }

    @Test func drawsATreemap() async throws {
        let result = try await RegistreeProgram.run("usage", "--treemap", "--top", "3", Self.cluster)
        #expect(result.exitCode == 0)
        let lines = result.lines.filter { $0.contains("┌") || $0.contains("│") }
        #expect(lines.count > 15)
        #expect(lines.allSatisfy { $0.unicodeScalars.count <= 100 })
        #expect(lines.joined().contains("free pages") || lines.joined().contains("slack in pages"))
    }

    @Test func comparesTwoSourcesWhicheverComesFirst() async throws {
        let older = Repository.fixture("encrypted/aescbc/snapshot.db").string
        struct Growth: Decodable {
            struct Row: Decodable {
                var resource: String?
                var name: String?
                var before: Int?
                var after: Int?
                var bytes: Int
            }
            struct Resource: Decodable {
                var resource: String
                var before: UsageReport.Tally
                var after: UsageReport.Tally
                var bytes: Int
            }
            var hours: Double?
            var revisions: Int64
            var added: Int
            var removed: Int
            var changed: Int
            var resources: [Resource]
            var grown: [Row]
            var shrunk: [Row]
        }
        var outputs: [String] = []
        for order in [[older, Self.cluster], [Self.cluster, older]] {
            let result = try await RegistreeProgram.run(["usage", "-o", "json", "--top", "2000"] + order)
            #expect(result.exitCode == 0, "\(result.errors)")
            outputs.append(result.output)
        }
        #expect(outputs[0] == outputs[1])
        let growth = try JSONDecoder().decode(Growth.self, from: Data(outputs[0].utf8))
        let (before, after) = (try await UsageReport.of([older]), try await UsageReport.of([Self.cluster]))
        #expect(growth.revisions == 2865 - 294)
        #expect(growth.added - growth.removed == after.total.objects - before.total.objects)
        let bytes = growth.resources.reduce(0) { $0 + $1.bytes }
        #expect(bytes == after.total.liveBytes - before.total.liveBytes)
        let values = (growth.grown + growth.shrunk).reduce(0) { $0 + $1.bytes }
        #expect(values == after.total.valueBytes - before.total.valueBytes)
        let text = try await RegistreeProgram.run("usage", older, Self.cluster)
        #expect(text.output.contains("Grown the most"))
    }

    @Test func findsNoGrowthBetweenASourceAndItself() async throws {
        let result = try await RegistreeProgram.run("usage", Self.cluster, Self.cluster)
        #expect(result.exitCode == 0)
        #expect(result.output.contains("Objects: 0 added, 0 gone, 0 changed."))
        #expect(!result.output.contains("Grown the most"))
        #expect(!result.output.contains("/h"))
        #expect(!result.output.contains("\nResources"))
    }

    @Test(arguments: [
        ["a", "b", "c"], ["a", "-f", "b"], ["--top", "0"], ["--metrics", "-o", "json"], ["--force"],
        ["--metrics", "a", "b"],
    ])
    func refusesWhatDoesNotGoTogether(arguments: [String]) async throws {
        let result = try await RegistreeProgram.run(["usage"] + arguments)
        #expect(result.exitCode == 3)
        #expect(result.output.isEmpty)
    }

    @Test func saysWhereDamageIs() async throws {
        let path = Repository.fixture("cases/malformed-revision-key.db").string
        let result = try await RegistreeProgram.run("usage", "-o", "json", path)
        #expect(result.exitCode == 1)
        let usage = try JSONDecoder().decode(UsageReport.self, from: Data(result.standardOutput))
        #expect((usage.file?["otherRecords"] ?? 0) > 0)
    }

    @Test func looksBelowOneRootAndSaysWhatLiesOutside() async throws {
        let path = Repository.fixture("cases/many-roots-and-broken-objects.db").string
        let all = try await UsageReport.of([path])
        let one = try await UsageReport.of([path, "--etcd-prefix", "/registry", "--check"])
        #expect(one.total == all.total)
        #expect((one.outside?.objects ?? 0) > 0)
        #expect(one.resources.allSatisfy { $0.root == "/registry" })
    }
}

// MARK: Metrics and the page

extension UsageCommandTests {
    @Test(arguments: [
        "cluster-1.36/with-history.db", "cases/many-roots-and-broken-objects.db", "cases/odd-values.db",
    ])
    func printsMetricsThatPrometheusReads(name: String) async throws {
        let path = Repository.fixture(name).string
        let result = try await RegistreeProgram.run("usage", "--metrics", "-f", path)
        #expect(result.exitCode == 0)
        let usage = try await UsageReport.of([path])
        // Name, label, value.
        let sample =
            #/(registree_usage_[a-z_]+)(\{(?:part|resource)="((?:[^"\\\n]|\\["\\n])*)"\})? (\d+)/#
        var seen: Set<String> = []
        var sums: [String: Int] = [:]
        for line in result.lines where !line.hasPrefix("# ") {
            let match = try #require(line.wholeMatch(of: sample), "\(line)")
            #expect(seen.insert("\(match.1)\(match.2 ?? "")").inserted, "\(line)")
            sums[String(match.1), default: 0] += try #require(Int(match.4))
        }
        for line in result.lines where line.hasPrefix("# ") {
            #expect(
                line.wholeMatch(
                    of: #/# (HELP registree_usage_[a-z_]+ .+|TYPE registree_usage_[a-z_]+ gauge)/#
                ) != nil
            )
        }
        #expect(sums["registree_usage_file_bytes"] == usage.file?["total"])
        #expect(sums["registree_usage_live_bytes"] == usage.total.liveBytes)
        #expect(sums["registree_usage_objects"] == usage.total.objects)
        #expect(sums["registree_usage_history_bytes"] == usage.total.historyBytes)
    }

    @Test func writesAPageThatLoadsNothing() async throws {
        try await withTemporaryDirectory { directory in
            let page = directory.appending("usage.html").string
            let words = ["usage", "--fields", "-f", Self.cluster, "--report", page]
            let result = try await RegistreeProgram.run(words)
            #expect(result.exitCode == 0)
            #expect(result.output.contains("Where the bytes are"))
            let attributes = try FileManager.default.attributesOfItem(atPath: page)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            for word in ["<script", "src=", "href=", "url(", "@import", "http:", "https:", "onload"] {
                #expect(!html.contains(word), "\(word)")
            }
            #expect(html.contains("default-src 'none'"))
            #expect(html.contains("<h2>Where the bytes are</h2>"))
            for table in html.components(separatedBy: "<table>").dropFirst() {
                let rows = table.components(separatedBy: "</tr>").filter { $0.contains("<td>") }
                let counts = Set(rows.map { $0.components(separatedBy: "<td>").count })
                #expect(counts.count == 1, "\(table.prefix(300))")
            }

            let again = try await RegistreeProgram.run(words)
            #expect(again.exitCode == 3)
            #expect(again.output.isEmpty)
            #expect(again.errors.contains("--force"))
            try "old".write(toFile: page, atomically: false, encoding: .utf8)
            #expect(try await RegistreeProgram.run(words + ["--force"]).exitCode == 0)
            #expect(try String(contentsOfFile: page, encoding: .utf8) == html)

            let growth = directory.appending("growth.html").string
            let older = Repository.fixture("encrypted/aescbc/snapshot.db").string
            let two = try await RegistreeProgram.run("usage", older, Self.cluster, "--report", growth)
            #expect(two.exitCode == 0)
            #expect(try String(contentsOfFile: growth, encoding: .utf8).contains("Grown the most"))
        }
    }

    @Test func leavesNoPageWhenTheSourceCannotBeRead() async throws {
        try await withTemporaryDirectory { directory in
            let page = directory.appending("usage.html").string
            let result = try await RegistreeProgram.run("usage", "/nonexistent", "--report", page)
            #expect(result.exitCode == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string) == [])
            let missing = directory.appending("missing").appending("usage.html").string
            let nowhere = try await RegistreeProgram.run("usage", Self.cluster, "--report", missing)
            #expect(nowhere.exitCode == 3)
            #expect(nowhere.output.isEmpty)
        }
    }
}
