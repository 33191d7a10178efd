import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the program says of itself, and how it is installed.
struct ProgramTests {
    @Test func saysItsVersionAndWhatItKnows() async throws {
        let result = try await RegistreeProgram.run("--version")
        #expect(result.exitCode == 0)
        #expect(
            result.lines.first?.wholeMatch(of: #/registree [0-9]+\.[0-9]+\.[0-9]+ \(development\)/#) != nil
        )
        #expect(result.output.contains("etcd 3.4 to 3.6"))
        #expect(result.output.contains("1.8 to 1.37"))
    }

    @Test func isAPluginOfKubectlByItsName() async throws {
        try await withTemporaryDirectory { directory in
            let link = directory.appending("kubectl-registree")
            let program = try RegistreeProgram.located()
            try FileManager.default.createSymbolicLink(
                atPath: link.string,
                withDestinationPath: program.path.string
            )
            let plugin = Program(link, environment: program.environment)
            let root = try await plugin.succeed(["--help"])
            #expect(root.output.contains("USAGE: kubectl registree <subcommand>"))
            #expect(root.output.contains("See 'kubectl registree help <subcommand>'"))
            for command in ["get", "describe", "tree", "helm list"] {
                let words = command.split(separator: " ").map(String.init)
                let usage = try await plugin.succeed(words + ["--help"]).lines.first {
                    $0.hasPrefix("USAGE: ")
                }
                #expect(usage?.hasPrefix("USAGE: kubectl registree \(command) ") == true)
            }
            let cluster = Repository.fixture("cluster-1.36/with-history.db").string
            #expect(try await plugin.succeed(["get", "pods", "-A", "-f", cluster]).lines.count > 1)
        }
    }

    @Test(arguments: [
        (["get", "deploy"], "deployments.apps"), (["get", "-n", "mon"], "monitoring"), (["verif"], "verify"),
        (["get", "pods", "-n", "monitoring", ""], "agent-d4j8k"), (["get", "--out"], "--output"),
        (["get", "clusterroles", "system:nod"], "system:node"),
    ])
    func completesTheWordsOfKubectl(words: [String], completion: String) async throws {
        try await withTemporaryDirectory { directory in
            let program = try RegistreeProgram.located()
            let script = directory.appending("kubectl_complete-registree")
            try FileManager.default.copyItem(
                atPath: Repository.root.appending(".ci").appending("kubectl_complete-registree").string,
                toPath: script.string
            )
            try FileManager.default.createSymbolicLink(
                atPath: directory.appending("registree").string,
                withDestinationPath: program.path.string
            )
            let lines = try await Program(script, environment: program.environment).succeed(
                words,
                environment: [
                    "REGISTREE_FROM": Repository.fixture("cluster-1.36/with-history.db").string,
                    "XDG_CACHE_HOME": directory.string,
                ]
            ).lines
            #expect(lines.dropLast().contains(completion), "\(lines)")
            #expect(lines.last == ":4")
        }
    }

    @Test func everyCommandHasAManualPage() async throws {
        try await withTemporaryDirectory { directory in
            let writer = Program(Repository.root.appending(".ci").appending("man-pages"))
            let program = try RegistreeProgram.located()
            _ = try await writer.succeed([program.path.string, directory.string])
            let pages = try FileManager.default.contentsOfDirectory(atPath: directory.string)
            #expect(pages.contains("registree.1"))
            #expect(pages.contains("registree-helm-list.1"))
            #expect(pages.count > 20)
            let get = directory.appending("registree-get.1").string
            let page = try String(contentsOfFile: get, encoding: .utf8)
            #expect(page.contains(".SH SYNOPSIS\nregistree get \\-f SOURCE RESOURCE"))
            #expect(page.contains("\\fB\\-n\\fR, \\fB\\-\\-namespace\\fR \\fInamespace\\fR"))
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completesForEachShell(shell: String) async throws {
        let script = try await RegistreeProgram.run("--generate-completion-script", shell)
        #expect(script.exitCode == 0)
        #expect(script.output.contains("rehearse"))
    }
}
