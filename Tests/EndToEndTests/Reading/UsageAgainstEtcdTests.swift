import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What `registree usage` says of databases that a real etcd has made, compacted and defragmented.
struct UsageAgainstEtcdTests {
    private struct Report: Decodable {
        struct Tally: Decodable {
            var objects: Int
            var valueBytes: Int
            var liveBytes: Int
        }
        struct Database: Decodable {
            var bytes: Int
            var inUse: Int?
            var defragmented: Int?
            var compactedAndDefragmented: Int?
        }
        var revision: Int64
        var file: [String: Int]?
        var database: Database
        var total: Tally
    }

    private struct Status: Decodable {
        struct Inner: Decodable {
            var dbSize: Int
            var dbSizeInUse: Int
        }
        var Status: Inner
    }

    private func report(_ source: String...) async throws -> Report {
        let result = try await RegistreeProgram.run(["usage", "-o", "json"] + source)
        guard result.exitCode == 0 else { throw ProgramError("usage: \(result.errors)") }
        return try JSONDecoder().decode(Report.self, from: Data(result.standardOutput))
    }

    private func status(_ etcd: RealEtcd) async throws -> Status.Inner {
        let said = try await etcd.etcdctl("endpoint", "status", "-w", "json")
        let all = try JSONDecoder().decode([Status].self, from: Data(said.standardOutput))
        return try #require(all.first).Status
    }

    /// Random puts and deletes, some large, in transactions of many operations.
    private func write(_ etcd: RealEtcd, with generator: inout SeededGenerator) async throws {
        for _ in 0..<6 {
            var lines = ["", ""]
            let operations = (0..<60).map { _ in Int.random(in: 0..<80, using: &generator) }
            for number in Set(operations) {
                let size = Int.random(in: 0..<12, using: &generator) == 0 ? 20_000 : 200
                let count = Int.random(in: 0...size, using: &generator)
                let value = String(repeating: "v", count: count)
                let isDelete = Int.random(in: 0..<4, using: &generator) == 0
                let key = "/registry/configmaps/ns\(number % 3)/name\(number)"
                lines.append(isDelete ? "del \(key)" : "put \(key) \"\(value)\"")
            }
            try await etcd.etcdctl(
                ["txn"],
                input: (lines.dropFirst() + ["", "", ""]).joined(separator: "\n")
            )
        }
    }

    private func check(_ path: FilePath) async throws -> Report {
        let report = try await self.report(path.string)
        var file = try #require(report.file)
        let total = file.removeValue(forKey: "total")
        #expect(file.values.reduce(0, +) == total)
        let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
        #expect(total == attributes[.size] as? Int)
        return report
    }

    @Test(arguments: EtcdRelease.allCases)
    func accountsForEveryByteThroughCompactionAndDefragmentation(release: EtcdRelease) async throws {
        var generator = SeededGenerator(for: "usage against \(release)")
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory)
            let last = try await withRealEtcd(plan) { etcd in
                var reports: [String: Report] = [:]
                for round in 1...3 {
                    try await self.write(etcd, with: &generator)
                    let path = directory.appending("written\(round).db")
                    try await etcd.etcdctl("snapshot", "save", path.string)
                    reports["written"] = try await self.check(path)
                }
                let written = try #require(reports["written"])
                let live = try await self.report("live", "--endpoints", etcd.endpoint)
                #expect(live.file == nil)
                #expect(live.total.objects == written.total.objects)
                #expect(live.total.liveBytes == written.total.liveBytes)
                let status = try await self.status(etcd)
                #expect(live.database.bytes == status.dbSize)

                try await etcd.etcdctl("defrag")
                let defragmented = directory.appending("defragmented.db")
                try await etcd.etcdctl("snapshot", "save", defragmented.string)
                let size = try await self.check(defragmented).database.bytes
                let expected = try #require(written.database.defragmented)
                #expect(abs(expected - size) < size / 10 + 16 * 4096, "\(expected) expected, \(size) found")

                try await etcd.etcdctl("compact", "\(written.revision)", "--physical")
                try await etcd.etcdctl("defrag")
                let compacted = directory.appending("compacted.db")
                try await etcd.etcdctl("snapshot", "save", compacted.string)
                let report = try await self.check(compacted)
                #expect(report.total.liveBytes == written.total.liveBytes)
                #expect(report.file?["history"] == 0)
                let both = try #require(written.database.compactedAndDefragmented)
                let found = report.database.bytes
                #expect(abs(both - found) < found / 10 + 16 * 4096, "\(both) expected, \(found) found")
                return report
            }
            // The stopped member's directory, whose file is longer than its database.
            let data = try await self.report(directory.appending("m1").string)
            let file = try #require(data.file)
            #expect(file.filter { $0.key != "total" }.values.reduce(0, +) == file["total"])
            #expect(data.total.liveBytes == last.total.liveBytes)
            #expect(file["digest"] == 0)
        }
    }

    /// Names with a meaning in HTML, in Prometheus' format and on a terminal.
    @Test func showsHostileNamesHarmlessAndNoValue() async throws {
        let canary = "canary-\(UInt64.random(in: 0...UInt64.max))"
        try await withTemporaryDirectory { directory in
            let path = directory.appending("hostile.db")
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                let names = [
                    "<script>alert(1)</script>", "\"quoted\"", "back\\slash", "line\nfeed", "\u{1B}[31mred",
                    "'single' &amp; {label=\"x\"}", "right\u{202E}left", "tab\tbed",
                ]
                for name in names {
                    for key in [
                        "/registry/\(name)/ns/a", "/registry/pods/\(name)/b", "/registry/secrets/ns/\(name)",
                    ] {
                        try await etcd.etcdctl("put", key, canary)
                    }
                }
                let secret =
                    #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"\#(canary)"}}"#
                try await etcd.etcdctl("put", "/registry/secrets/ns/s", secret)
                try await etcd.etcdctl("del", "/registry/secrets/ns/s")
                try await etcd.etcdctl(
                    "put",
                    "/registry/secrets/ns/k",
                    "k8s:enc:aescbc:v1:<b>\"\u{1B}[1m:\(canary)"
                )
                try await etcd.etcdctl("snapshot", "save", path.string)
            }
            let page = directory.appending("page.html").string
            let everything = [
                ["usage", "--fields", "--treemap", "--report", page], ["usage", "--fields", "-o", "json"],
                ["usage", "--metrics"], ["usage", "--top", "100"], ["encryption"],
                ["encryption", "-o", "json"],
            ]
            for words in everything {
                let result = try await RegistreeProgram.run(words + ["-f", path.string])
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(!result.output.contains(canary), "\(words)")
                #expect(!result.errors.contains(canary))
                guard !words.contains("json") else { continue }
                for scalar in result.output.unicodeScalars where scalar != "\n" {
                    #expect(scalar.value >= 0x20 && scalar.value != 0x202E, "\(words)")
                }
            }
            let metrics = try await RegistreeProgram.run("usage", "--metrics", "-f", path.string)
            let sample = #/(# .*|registree_usage_[a-z_]+(\{[a-z]+="([^"\\]|\\["\\n])*"\})? \d+)/#
            #expect(metrics.lines.allSatisfy { $0.wholeMatch(of: sample) != nil })
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(!html.contains("<script"))
            #expect(!html.contains(canary))
            #expect(html.contains("&lt;script&gt;"))
            #expect(!html.contains("\u{1B}"))
        }
    }
}
