import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree status` says what etcdutl says.
struct StatusTests {
    @Test(arguments: RecordedSnapshot.all)
    func printsEtcdutlsFields(of snapshot: RecordedSnapshot) async throws {
        let result = try await RegistreeProgram.run("status", snapshot.path.string, "-w", "json")
        let expected = """
            {"hash":\(snapshot.hash),"revision":\(snapshot.revision),"totalKey":\(snapshot.totalKeys),\
            "totalSize":\(snapshot.totalSize),"version":"\(snapshot.version)"}
            """
        #expect(result.lines == [expected])
        #expect(result.exitCode == 0)
        #expect(result.errors == "")
    }

    @Test(arguments: RecordedSnapshot.all.filter { $0.hashKV != nil })
    func agreesWithTheServersHashKV(of snapshot: RecordedSnapshot) async throws {
        let result = try await RegistreeProgram.run("status", snapshot.path.string, "-o", "json")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.standardOutput))
        #expect(report.hashKV == snapshot.hashKV)
    }

    @Test(arguments: EtcdRelease.allCases)
    func agreesWithEtcdutlOnAFreshSnapshot(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("fresh.db")
            let plan = EtcdPlan(release, in: directory)
            let served = try await withRealEtcd(plan) { etcd in
                for number in 1...30 { try await etcd.etcdctl("put", "/key/\(number % 20)", "\(number)") }
                try await etcd.etcdctl("del", "--prefix", "/key/1")
                try await etcd.etcdctl("snapshot", "save", path.string)
                return try await etcd.etcdctl("endpoint", "hashkv", "-w", "json")
            }
            let said = try await RealPrograms.etcdutl().succeed([
                "snapshot", "status", path.string, "-w", "json",
            ])
            let truth = try JSONDecoder().decode(EtcdutlStatus.self, from: Data(said.standardOutput))
            let hashes = try JSONDecoder().decode([ServedHash].self, from: Data(served.standardOutput))

            let result = try await RegistreeProgram.run("status", path.string, "-o", "json")
            let report = try JSONDecoder().decode(Report.self, from: Data(result.standardOutput))
            #expect(report.hash == truth.hash)
            #expect(report.revision == truth.revision)
            #expect(report.totalSize == truth.totalSize)
            #expect(report.totalKey == 9)
            #expect(report.hashKV == hashes.first?.HashKV.hash)
        }
    }
}

/// `registree status -o json`, as far as it is compared here.
private struct Report: Decodable {
    var hash: UInt32
    var hashKV: UInt32
    var revision: Int64
    var totalKey: Int
    var totalSize: Int
}

/// etcdutl's total keys count all buckets up to 3.5, so they are not compared.
private struct EtcdutlStatus: Decodable {
    var hash: UInt32
    var revision: Int64
    var totalSize: Int
}

private struct ServedHash: Decodable {
    struct Hash: Decodable {
        var hash: UInt32
    }

    var HashKV: Hash
}
