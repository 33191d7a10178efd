import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// The histories of recorded clusters.
struct FixtureHistoryTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    private struct Name: Hashable {
        var kind: String
        var namespace: String
        var name: String

        init(_ object: Value) {
            self.kind = object.text("kind")
            self.namespace = object.text("metadata", "namespace")
            self.name = object.text("metadata", "name")
        }
    }

    private static func json(_ document: Document) -> String {
        var writer = JSONWriter()
        writer.write(document)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// What is printed of deleted objects is what they were, but for what a server sets itself.
    @Test func whatWasDeletedComesBackAsItWas() async throws {
        let kinds = "configmaps,secrets,deployments,replicasets,jobs,serviceaccounts"
        // The revision before the first deletion.
        let before = try await RegistreeProgram.run(
            ["get", kinds, "-A", "-o", "jsonl", "-f", Self.cluster, "--revision", "2388"]
        )
        var truth: [Name: String] = [:]
        for line in before.lines where !line.isEmpty {
            var document = try Document(json: Array(line.utf8))
            for name in ["uid", "resourceVersion", "creationTimestamp"] { document.remove("metadata", name) }
            document.remove("status")
            if document.root.text("kind") == "Job" {
                document.remove("spec", "selector")
                for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
                    document.remove("metadata", "labels", label)
                    document.remove("spec", "template", "metadata", "labels", label)
                }
            }
            truth[Name(document.root)] = Self.json(document)
        }
        let deleted = try await RegistreeProgram.run(["deleted", "-f", Self.cluster, "-o", "json"] + [kinds])
        let lines = try ChangeLine.all(deleted)
        #expect(lines.count > 30)
        let gone = lines.filter { $0.cameBack == nil }
        #expect(gone.count < lines.count)
        let undeleted = try await RegistreeProgram.run(["undelete", kinds, "-A", "-f", Self.cluster])
        #expect(undeleted.exitCode == 0, "\(undeleted.errors)")
        let documents = try Document.documents(yaml: undeleted.standardOutput)
        #expect(documents.count == gone.count)
        var compared = 0
        for document in documents {
            let name = Name(document.root)
            let line = gone.first { $0.name == name.name && $0.namespace ?? "" == name.namespace }
            guard let last = line?.last, last.revision <= 2388 else { continue }
            compared += 1
            #expect(truth[name] == Self.json(document), "\(name)")
        }
        #expect(compared > 25)
    }

    /// etcd itself says what lived at a revision; the changes up to there come to the same.
    @Test func theChangesOfAClusterComeToItsKeys() async throws {
        let changes = try await RegistreeProgram.run("changes", "-f", Self.cluster, "-o", "json")
        #expect(changes.exitCode == 0, "\(changes.errors)")
        let lines = try ChangeLine.all(changes)
        #expect(lines.map(\.revision) == lines.map(\.revision).sorted())
        var objects: Set<String> = []
        for line in lines {
            let name = "\(line.resource) \(line.namespace ?? "") \(line.name)"
            if line.change == "deleted" { objects.remove(name) } else { objects.insert(name) }
        }
        #expect(objects.count == 1401)
        #expect(lines.allSatisfy { $0.time != nil && $0.problem == nil })
        #expect(lines.filter { $0.change == "updated" }.allSatisfy { $0.fields != nil })
        let times = lines.compactMap(\.time).filter { !$0.contains(".") }
        #expect(times == times.sorted())
    }

    /// What differs and cannot be opened is unknown, counted, and no success.
    @Test(arguments: ["aescbc", "secretbox"])
    func encryptedChangesAreUnknownWithoutTheirKey(provider: String) async throws {
        let directory = Repository.fixture("encrypted/\(provider)")
        let path = directory.appending("snapshot.db").string
        let configuration = directory.appending("encryption-configuration.yaml").string
        for words in [["changes", "secrets"], ["history", "secret/web-creds", "-n", "shop"]] {
            let closed = try await RegistreeProgram.run(words + ["-f", path])
            #expect(closed.exitCode == 1, "\(words)")
            #expect(closed.output.contains("not known"), "\(closed.output)")
            #expect(closed.errors.contains("1 change is unknown"), "\(closed.errors)")
            let open = try await RegistreeProgram.run(
                words + ["-f", path, "--encryption-config", configuration]
            )
            #expect(open.exitCode == 0, "\(words): \(open.errors)")
            #expect(!open.output.contains("not known"))
            #expect(open.output.contains("data."), "\(open.output)")
        }
        let closed = try await RegistreeProgram.run("undelete", "secret/basic", "-n", "shop", "-f", path)
        #expect(closed.exitCode == 1)
        #expect(closed.output == "")
        let list = ["undelete", "secrets", "-n", "shop", "-f", path]
        let left = try await RegistreeProgram.run(list)
        #expect(left.exitCode == 1)
        #expect(left.errors.contains("with --ignore-unreadable the exit code is 0"))
        let ignored = try await RegistreeProgram.run(list + ["--ignore-unreadable"])
        #expect(ignored.exitCode == 0, "\(ignored.errors)")
        #expect(ignored.errors.contains("left out"))
        let open = try await RegistreeProgram.run(
            ["undelete", "secret/basic", "-n", "shop", "-f", path, "--encryption-config", configuration]
        )
        #expect(open.exitCode == 0, "\(open.errors)")
        #expect(open.output.contains("kind: Secret"))
    }

    /// A state that cannot be read is no success, also where nothing is compared.
    @Test func statesThatCannotBeReadAreSaid() async throws {
        let path = Repository.fixture("encrypted/aescbc/snapshot.db").string
        for words in [[], ["--patch"]] {
            let result = try await RegistreeProgram.run(
                ["history", "secret/api-creds", "-n", "shop", "-f", path] + words
            )
            #expect(result.exitCode == 1, "\(words)")
            #expect(result.output.contains("not read"), "\(words): \(result.output)")
            #expect(result.errors.contains("Error: 1 state was not read: "), "\(words): \(result.errors)")
        }
        let odd = Repository.fixture("cases/odd-values.db").string
        let changes = try await RegistreeProgram.run("changes", "-f", odd)
        #expect(changes.exitCode == 1)
        #expect(changes.output.contains(": not read ("), "\(changes.output)")
        #expect(changes.errors.contains("not read: "), "\(changes.errors)")
    }

    @Test func aCompactedSnapshotSaysHowLittleItKnows() async throws {
        let path = Repository.fixture("cluster-1.36/compacted.db").string
        let history = try await RegistreeProgram.run("history", "-f", path, "deploy/web", "-n", "shop")
        #expect(history.exitCode == 0, "\(history.errors)")
        #expect(history.lines[0].contains("as it was"))
        #expect(history.lines[1] == "    earlier changes were compacted away")
        #expect(history.errors.contains("changes are there from revision 2866 on"))
        let deleted = try await RegistreeProgram.run("deleted", "-f", path)
        #expect(deleted.output == "")
        #expect(deleted.errors.contains("Nothing was deleted."))
    }

    @Test func kineTellsNoHistory() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("state.db")
            _ = try await KineFile.make(at: path, [.put("/registry/configmaps/default/a", "{}")])
            let result = try await RegistreeProgram.run("changes", "-f", path.string)
            #expect(result.exitCode == 3)
            #expect(result.errors.contains("is kine's file, of which the newest state is read"))
        }
    }
}
