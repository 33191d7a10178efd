import SystemPackage
import TestSupport
import Testing

/// A member's data directory is a source like a snapshot file, unless a running etcd holds it.
struct DataDirectoryTests {
    @Test(arguments: EtcdRelease.allCases)
    func aRunningMembersDataAreLeftToIt(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory.appending("data"))
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                let data = plan.members[0].dataDirectory
                for path in [data, data.appending("member"), data.pushing("member/snap/db")] {
                    for command in FileCommand.allCases {
                        let result = try await command.run(on: path.string, in: directory)
                        #expect(result.exitCode == 3, "\(command) \(path): \(result.output)")
                        #expect(result.errors.contains("is in use by another process"))
                        #expect(result.errors.contains("stop the member first, or read the live etcd"))
                    }
                }
                // etcd has not noticed.
                try await etcd.etcdctl("put", "/registry/key", "another")
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func aStoppedMembersDataEqualItsLastSnapshot(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory.appending("data"))
            let snapshot = directory.appending("snapshot.db").string
            try await withRealEtcd(plan) { etcd in
                for number in 1...12 {
                    try await etcd.etcdctl("put", "/registry/pods/ns/\(number % 7)", "\(number)")
                }
                try await etcd.etcdctl("del", "/registry/pods/ns/3")
                try await etcd.etcdctl("snapshot", "save", snapshot)
            }
            let data = plan.members[0].dataDirectory
            let reading: [[String]] = [
                ["keys", "-o", "json"], ["keys"], ["list"], ["tree", "--depth", "4"],
                ["get", "pods", "-A", "-o", "etcd"], ["keys", "--rev", "5"],
            ]
            for line in reading {
                let truth = try await RegistreeProgram.run(line + ["-f", snapshot])
                #expect(truth.exitCode == 0)
                #expect(truth.output != "")
                for path in [data, data.appending("member"), data.pushing("member/snap/db")] {
                    let result = try await RegistreeProgram.run(line + ["-f", path.string])
                    #expect(result.output == truth.output, "\(line) \(path)")
                    #expect(result.exitCode == 0, "\(line) \(path): \(result.errors)")
                    #expect(result.errors == "")
                }
            }
            for path in [data, data.appending("member"), data.pushing("member/snap/db")] {
                let verdict = try await RegistreeProgram.run("verify", path.string)
                #expect(verdict.exitCode == 0)
                #expect(verdict.output.contains("no digest: values are not proved"))
                let status = try await RegistreeProgram.run("status", path.string)
                #expect(status.exitCode == 0, "\(status.errors)")
            }
        }
    }
}
