import SystemPackage
import TestSupport
import Testing

/// One member restored in place of a cluster of several.
struct RestoredAloneTests {
    private let snapshot = Repository.fixture("cluster-1.36/with-history.db").string

    /// Restores a cluster of three, whose members are in each database then, and returns the first one's database.
    private func databaseOfThree(in directory: FilePath) async throws -> String {
        let cluster = (1...3).map { "m\($0)=http://10.0.0.\($0):2380" }.joined(separator: ",")
        let three = directory.appending("three").string
        _ = try await RegistreeProgram.located().succeed(
            ["restore", self.snapshot, "--all-members", three, "--initial-cluster", cluster]
        )
        return three + "/m1/member/snap/db"
    }

    private func restore(_ database: String, as member: String, in directory: FilePath) async throws
        -> ProgramResult
    {
        let name = String(member.prefix { $0 != "=" })
        let result = try await RegistreeProgram.run(
            [
                "restore", database, "--skip-hash-check", "--data-dir", directory.appending(name).string,
                "--name", name, "--initial-cluster", member,
                "--initial-advertise-peer-urls", String(member.dropFirst(name.count + 1)),
            ]
        )
        #expect(result.exitCode == 0, "\(result.errors)")
        return result
    }

    @Test func saysWhatBecomesOfTheOtherMembers() async throws {
        try await withTemporaryDirectory { directory in
            let database = try await self.databaseOfThree(in: directory)
            let named = try await self.restore(database, as: "m1=http://10.0.0.1:2380", in: directory)
            #expect(named.output.contains("The other members (m2, m3) must be wiped and added again"))
            #expect(named.output.contains("etcdctl member add"))
            #expect(!named.output.contains("Start all members"))
            let byURL = try await self.restore(database, as: "new=http://10.0.0.2:2380", in: directory)
            #expect(byURL.output.contains("The other members (m1, m3) must be wiped"))
            let unknown = try await self.restore(database, as: "n=http://10.0.0.9:2380", in: directory)
            #expect(unknown.output.contains("The other members must be wiped and added again"))
        }
    }

    @Test func saysNothingOfOthersWhereThereWereNone() async throws {
        try await withTemporaryDirectory { directory in
            let alone = try await RegistreeProgram.run(
                ["restore", self.snapshot, "--data-dir", directory.appending("alone").string]
            )
            #expect(alone.exitCode == 0, "\(alone.errors)")
            #expect(!alone.output.contains("must be wiped"))
            let cluster = (1...3).map { "m\($0)=http://10.0.0.\($0):2380" }.joined(separator: ",")
            let all = try await RegistreeProgram.run(
                [
                    "restore", self.snapshot, "--all-members", directory.appending("all").string,
                    "--initial-cluster", cluster,
                ]
            )
            #expect(all.output.contains("Start all members at about the same time."))
            #expect(!all.output.contains("must be wiped"))
        }
    }
}
