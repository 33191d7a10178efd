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

    /// A page that a walk in order passes all the same, and that sends a search for a key astray.
    @Test func saysThatTheStructureIsDamagedWhereReadingStumblesOverNothing() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
            // The fixture has older copies of its branch page, which are free.
            let keys = keysOfSecondChildren(in: bytes)
            try #require(!keys.isEmpty)
            for key in keys { bytes[key.upperBound - 1] += 1 }
            let path = directory.appending("damaged.db")
            try writeFile(bytes, to: path)

            let shown = try await RegistreeProgram.run("status", path.string)
            #expect(shown.exitCode == 4)
            #expect(shown.output.contains("revision           41"), "\(shown.output)")
            #expect(shown.output.contains("damaged: 1 finding (registree verify)"), "\(shown.output)")
            #expect(shown.errors.contains("lies outside its branch's range"), "\(shown.errors)")
            #expect(shown.errors.contains("`registree verify \(path)`"), "\(shown.errors)")

            // Of etcdutl's formats none can say it.
            let plain = try await RegistreeProgram.run("status", path.string, "-w", "json")
            #expect(plain.exitCode == 4)
            #expect(plain.output == "")

            let json = try await RegistreeProgram.run("status", path.string, "-o", "json")
            #expect(json.exitCode == 4)
            let verdict = try JSONDecoder().decode(Verdict.self, from: Data(json.standardOutput))
            #expect(verdict.verdict == "damaged")
        }
    }

    @Test func checkIsTheWholeCheckOfVerify() async throws {
        try await withTemporaryDirectory { directory in
            let sound = Repository.fixture("plain-etcd/auth-and-leases.db")
            let proved = try await RegistreeProgram.run("status", sound.string, "--check")
            #expect(proved.exitCode == 0)
            #expect(proved.errors == "")
            #expect(proved.output.contains("check              sound (SHA-256 matches"), "\(proved.output)")

            var bytes = try readFile(sound)
            let path = directory.appending("other.db")
            try writeFile(Array(bytes.dropLast(32)), to: path)
            let unproved = try await RegistreeProgram.run("status", path.string, "--check", "-w", "simple")
            #expect(unproved.exitCode == 0)
            #expect(unproved.errors.contains("has no digest"), "\(unproved.errors)")
            #expect(unproved.lines.count == 1)

            // In a value, where the digest alone shows it.
            let value = try #require(bytes.firstRange(of: Array("bin\0".utf8))).lowerBound
            bytes[value] ^= 1
            try writeFile(bytes, to: path)
            let unchecked = try await RegistreeProgram.run("status", path.string)
            #expect(unchecked.exitCode == 0, "\(unchecked.errors)")
            for format in [["-w", "simple"], ["-o", "json"]] {
                let damaged = try await RegistreeProgram.run(["status", path.string, "--check"] + format)
                #expect(damaged.exitCode == 4)
                #expect(damaged.errors.contains("the file ends in SHA-256"), "\(damaged.errors)")
                #expect(damaged.output.isEmpty == (format[0] == "-w"), "\(damaged.output)")
            }
        }
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

private struct Verdict: Decodable {
    var verdict: String
}

/// Where the keys lie by which branch pages of bucket `key` name their second children.
private func keysOfSecondChildren(in bytes: [UInt8]) -> [Range<Int>] {
    let (pageSize, headerSize, elementSize, keySize) = (4096, 16, 16, 17)
    return stride(from: 2 * pageSize, to: bytes.count - pageSize, by: pageSize).compactMap { start in
        // The flags of a branch page, then how many children it has.
        guard bytes[start + 8] == 1, bytes[start + 9] == 0, bytes[start + 10] >= 2 else { return nil }
        let element = start + headerSize + elementSize
        let key = element + Int(bytes[element]) + Int(bytes[element + 1]) << 8
        guard key + keySize < bytes.count, bytes[key + 8] == UInt8(ascii: "_") else { return nil }
        return key..<key + keySize
    }
}
