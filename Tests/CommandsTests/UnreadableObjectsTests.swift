import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// What could not be read never looks as if it had been: damaged values, and encrypted ones without their key.
struct UnreadableObjectsTests {
    private static let odd = Repository.fixture("cases/odd-values.db").string
    private static let encrypted = Repository.fixture("encrypted/aescbc/snapshot.db").string
    /// The secrets of `cases/odd-values.db` that cannot be read, and those that can.
    private static let unreadable = ["arr", "bare", "cbcempty", "cborcut", "gz", "kmsempty", "null", "sm4"]
    private static let readable = ["emptycbor", "emptyjson", "metastr", "onlymagic"]

    private static let objectFormats = [
        "yaml", "json", "jsonl", "jsonpath={.kind} ", "custom-columns=KIND:.kind",
    ]

    private func get(_ arguments: String..., file: String = odd) async throws -> ProgramResult {
        try await RegistreeProgram.run(["get", "-f", file] + arguments)
    }

    @Test(arguments: unreadable, objectFormats + ["wide"])
    func aNamedObjectThatCannotBeReadIsAnError(name: String, format: String) async throws {
        for arguments in [["secret", name], ["secret/\(name)"], ["secret", name, "--ignore-unreadable"]] {
            let result = try await RegistreeProgram.run(
                ["get", "-f", Self.odd, "-o", format] + arguments
            )
            #expect(result.exitCode == 1)
            #expect(result.output == "")
            let error = "Error: /registry/secrets/default/\(name) cannot be read: "
            #expect(result.errors.hasPrefix(error), "\(result.errors)")
            #expect(!result.errors.contains("No resources found"))
        }
    }

    @Test func theErrorSaysWhyAndWhatToDo() async throws {
        let encrypted = try await self.get("secret", "sm4")
        #expect(
            encrypted.errors == """
                Error: /registry/secrets/default/sm4 cannot be read: it is encrypted with sm4 key "key1"
                  open it with --encryption-config FILE

                """
        )
        let cut = try await self.get("secret", "cborcut", "-o", "yaml")
        #expect(
            cut.errors
                == "Error: /registry/secrets/default/cborcut cannot be read: it ends too early at byte 3\n"
        )
        let configuration = Repository.fixture("encrypted/aescbc/encryption-configuration.yaml").string
        let unknown = try await self.get("secret", "sm4", "-o", "yaml", "--encryption-config", configuration)
        #expect(unknown.exitCode == 1)
        #expect(unknown.output == "")
        #expect(unknown.errors.contains("the configuration has no provider of that name"))
        #expect(!unknown.errors.contains("open it with"))
    }

    /// Name, revisions and size are told by the key and by etcd.
    @Test(arguments: unreadable)
    func whatEtcdSaysOfItNeedsNoReading(name: String) async throws {
        let named = try await self.get("secret", name, "-o", "name")
        #expect(named.exitCode == 0)
        #expect(named.output == "secret/\(name)\n")
        let stored = try await self.get("secret", name, "-o", "etcd", "--no-headers")
        #expect(stored.exitCode == 0)
        #expect(stored.output.hasPrefix("/registry/secrets/default/\(name) "))
    }

    @Test(arguments: ["yaml", "json", "jsonl"])
    func severalNamedObjectsAreShownButForThoseThatCannotBeRead(format: String) async throws {
        let some = try await self.get("secrets", "metastr", "sm4", "gz", "nope", "-o", format)
        #expect(some.exitCode == 1)
        #expect(some.output.contains("oops"))
        #expect(!some.output.contains("sm4") && !some.output.contains("gz"))
        for name in ["sm4", "gz"] { #expect(some.errors.contains("/default/\(name) cannot be read: ")) }
        #expect(some.errors.contains("secrets \"nope\" not found"))
        let none = try await self.get("secrets", "sm4", "gz", "-o", format)
        #expect(none.exitCode == 1)
        #expect(none.output == "")
    }

    @Test(arguments: zip(objectFormats, [4, 4, 4, 1, 5]))
    func aListLeavesOutWhatCannotBeReadAndNamesIt(format: String, count: Int) async throws {
        let result = try await self.get("secrets", "-o", format)
        #expect(result.exitCode == 1)
        for name in Self.unreadable {
            #expect(!result.output.contains(name))
            #expect(result.errors.contains("\n  /registry/secrets/default/\(name)"))
        }
        for name in Self.readable { #expect(!result.errors.contains(name)) }
        switch format {
        case "yaml", "json":
            let bytes = result.standardOutput
            let list = try format == "yaml" ? Document(yaml: bytes) : Document(json: bytes)
            #expect(list.root["items"]?.count == count)
        case "jsonl", "custom-columns=KIND:.kind": #expect(result.lines.count == count)
        default: #expect(result.output == "List ")
        }
        #expect(result.errors.contains("Error: 4 objects are encrypted and left out; open them with "))
        #expect(result.errors.contains("Error: 4 objects are not decoded and left out:\n"))
        #expect(result.errors.contains("--ignore-unreadable"))
        let ignoring = try await self.get("secrets", "-o", format, "--ignore-unreadable")
        #expect(ignoring.exitCode == 0)
        #expect(ignoring.output == result.output)
        #expect(ignoring.errors.contains("Note: 4 objects are not decoded and left out:\n"))
        #expect(!ignoring.errors.contains("Error"))
    }

    @Test func aLongListNamesTheFirst() async throws {
        let result = try await self.get("secrets", "-A", "-o", "jsonl", file: Self.encrypted)
        #expect(result.exitCode == 1)
        #expect(result.output == "")
        let lines = result.errors.split(separator: "\n").map(String.init)
        let first = "Error: 36 objects are encrypted with aescbc key \"key1\" and left out; open them with"
        #expect(lines.first == "\(first) --encryption-config FILE:")
        #expect(lines.count { $0.hasPrefix("  /registry/secrets/") } == 20)
        #expect(lines.contains("  and 16 more"))
    }

    @Test func aTableMarksWhatCannotBeRead() async throws {
        let result = try await self.get("secrets", "-A", "--no-headers")
        #expect(result.exitCode == 0)
        let rows = result.lines.map { words($0[...]) }
        #expect(rows.map { $0.first ?? "" } == Array(repeating: "default", count: 12))
        #expect(rows.map { $0.dropFirst().first ?? "" } == (Self.unreadable + Self.readable).sorted())
        for (row, line) in zip(rows, result.lines) {
            let isMarked = line.contains("<encrypted: ") || line.contains("<not decoded: ")
            #expect(isMarked == Self.unreadable.contains(row[1]), "\(line)")
        }
        #expect(result.errors.contains("Note: 4 objects are encrypted: open them with "))
        #expect(!result.errors.contains("  key"))
        let names = try await self.get("secrets", "-o", "name")
        #expect(names.exitCode == 0)
        #expect(names.lines == (Self.unreadable + Self.readable).sorted().map { "secret/\($0)" })
    }

    /// Labels and fields of what cannot be read are not known, but for those that the key tells.
    @Test(arguments: [[], ["-o", "name"], ["-o", "etcd"], ["-o", "jsonl"]])
    func aSelectorLeavesOutWhatCannotBeRead(format: [String]) async throws {
        func run(_ selector: String...) async throws -> ProgramResult {
            try await RegistreeProgram.run(["get", "secrets", "-f", Self.odd] + selector + format)
        }
        let labelled = try await run("-l", "app=web")
        #expect(labelled.exitCode == 1)
        #expect(!Self.unreadable.contains { labelled.output.contains($0) })
        #expect(Self.unreadable.allSatisfy { labelled.errors.contains("/default/\($0)") })
        #expect(!labelled.errors.contains("No resources found"))
        let ignored = try await run("-l", "app=web", "--ignore-unreadable")
        #expect(ignored.exitCode == 0)
        let one = try await run("--field-selector", "metadata.name=sm4,type=Opaque")
        #expect(one.exitCode == 1)
        #expect(one.errors.contains("1 object is encrypted with sm4 key \"key1\" and left out"))
        #expect(!one.errors.contains("not decoded"))
        let none = try await run("--field-selector", "metadata.name=nope")
        #expect(none.exitCode == 0)
        #expect(!none.errors.contains("left out"))
    }

    @Test func aSortedListNamesWhatItLeavesOut() async throws {
        let sorted = try await self.get("secrets", "-o", "jsonl", "--sort-by", ".kind", "-l", "!app")
        #expect(sorted.exitCode == 1)
        #expect(sorted.lines.count == 4)
        #expect(Self.unreadable.allSatisfy { sorted.errors.contains("/default/\($0)") })
        let closed = try await self.get(
            "secrets",
            "-A",
            "-o",
            "json",
            "--sort-by",
            ".metadata.creationTimestamp",
            file: Self.encrypted
        )
        #expect(closed.exitCode == 1)
        #expect(closed.errors.contains("36 objects are encrypted"))
        #expect(try Document(json: closed.standardOutput).root["items"]?.count == 0)
    }

    /// What other programs keep beside Kubernetes is no object either.
    @Test func aValueOfAnotherProgramIsNotPrintedAsAnObject() async throws {
        let plain = Repository.fixture("plain-etcd/auth-and-leases.db").string
        let result = try await self.get("other", "-o", "jsonl", file: plain)
        #expect(result.exitCode == 1)
        #expect(result.output == "")
        #expect(result.errors.contains("not decoded and left out"))
    }

    @Test(arguments: unreadable)
    func describeRefusesANamedObjectThatCannotBeRead(name: String) async throws {
        let described = try await RegistreeProgram.run("describe", "-f", Self.odd, "secret/\(name)")
        let got = try await self.get("secret/\(name)")
        #expect(described.exitCode == 1)
        #expect(described.output == "")
        #expect(described.errors == got.errors)
    }

    @Test func describeMarksWhatCannotBeReadInAList() async throws {
        let all = try await RegistreeProgram.run("describe", "-f", Self.odd, "secrets")
        #expect(all.exitCode == 0)
        let names = all.lines.filter { $0.hasPrefix("Name:") }.map { words($0[...]).last ?? "" }
        #expect(names == (Self.unreadable + Self.readable).sorted())
        let namespaces = all.lines.filter { $0.hasPrefix("Namespace:") }.map { words($0[...]).last ?? "" }
        #expect(namespaces == Array(repeating: "default", count: 12))
        #expect(all.lines.count { $0.hasPrefix("Not Decoded:") } == 4)
        #expect(all.lines.count { $0.hasPrefix("  Content:     not readable: ") } == 4)
        #expect(all.errors.contains("Note: 4 objects are not decoded: "))
        let selected = try await RegistreeProgram.run("describe", "-f", Self.odd, "secrets", "-l", "a=b")
        #expect(selected.exitCode == 1)
        #expect(selected.output == "")
        #expect(selected.errors.contains("Error: 4 objects are not decoded and left out:\n"))
    }
}
