import ClusterChecks
import Foundation
import Presentation
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// A rehearsal with an API server, on the bundled store.
struct APIServerRehearsalTests {
    private typealias Answers = PretendedAPIServer.Answers

    private func rehearse(
        _ fixture: String = "cluster-1.36/compacted.db",
        on program: (FilePath) throws -> String,
        timeout: Duration = hangTimeout
    ) async throws -> Rehearsal {
        try await withTemporaryDirectory { directory in
            var request = RehearsalRequest(
                path: Repository.fixture(fixture).string,
                servers: [BundledStore()],
                scratchParent: directory.string,
                date: { Date() }
            )
            request.apiServer = KubeAPIServer(path: try program(directory))
            request.apiServer?.startTimeout = timeout
            return try await Rehearse(request).run()
        }
    }

    private func rehearse(with answers: Answers, timeout: Duration = hangTimeout) async throws -> Rehearsal {
        try await self.rehearse(on: { try PretendedAPIServer.write(answers, to: $0) }, timeout: timeout)
    }

    @Test func allThatKubectlListedIsHeldToTheFile() async throws {
        let rehearsal = try await self.rehearse(with: .ofTheCluster())
        #expect(rehearsal["API server"]?.outcome == .pass)
        #expect(rehearsal["API server"]?.detail == "kube-apiserver v1.36.2 is ready on the bundled store")
        let lists = try #require(rehearsal["lists"])
        #expect(lists.outcome == .pass, "\(lists.detail)")
        #expect(lists.detail == "1,398 objects of 53 resources listed")
        #expect(lists.count == 1398)
    }

    @Test func anObjectThatIsNotListedFailsTheRehearsal() async throws {
        var answers = try Answers.ofTheCluster()
        answers.lists["/apis/apps/v1/deployments"]?.removeAll {
            $0.name == "web" && $0.namespace == "monitoring"
        }
        let rehearsal = try await self.rehearse(with: answers)
        #expect(rehearsal.verdict == .fail)
        #expect(
            rehearsal["lists"]?.detail.contains("deployments.apps monitoring/web is not listed") == true
        )
    }

    @Test func anObjectThatIsListedAsItOnceWasFailsTheRehearsal() async throws {
        var answers = try Answers.ofTheCluster()
        answers.lists["/api/v1/namespaces"]?[0].resourceVersion = "1"
        let rehearsal = try await self.rehearse(with: answers)
        #expect(rehearsal.verdict == .fail)
        let details = rehearsal.rows.map(\.detail).joined(separator: "\n")
        #expect(details.contains("is listed at an older revision"))
    }

    @Test func whatTheServerWritesAtItsStartIsCountedAndNoFault() async throws {
        var answers = try Answers.ofTheCluster()
        answers.lists["/api/v1/namespaces"]?[0].resourceVersion = "99999"
        let made = PretendedAPIServer.Item(name: "new", namespace: "", resourceVersion: "99998")
        answers.lists["/api/v1/namespaces"]?.append(made)
        answers.lists["/api/v1/events"]?.removeLast(3)
        answers.lists["/apis/coordination.k8s.io/v1/leases"]?.removeAll { $0.name.hasPrefix("apiserver-") }
        let lists = try #require(try await self.rehearse(with: answers)["lists"])
        #expect(lists.outcome == .pass)
        #expect(
            lists.detail.contains(
                "1 object rewritten at its start, 1 object created by it, 4 objects expired"
            )
        )
    }

    @Test func aResourceThatCannotBeListedIsAWarningWithTheServersReason() async throws {
        var answers = try Answers.ofTheCluster()
        answers.refusals["/api/v1/secrets"] = "no matching prefix found"
        answers.resources["/apis/acme.example.com/v1beta1"] = []
        answers.resources["/apis/storage.k8s.io/v1"]?.removeAll { $0 == "storageclasses" }
        let lists = try #require(try await self.rehearse(with: answers)["lists"])
        #expect(lists.outcome == .warn)
        #expect(lists.detail.contains("secrets (no matching prefix found)"))
        #expect(lists.detail.contains("galaxies.acme.example.com (not served)"))
        #expect(lists.detail.contains("storageclasses.storage.k8s.io (not served)"))
    }

    @Test func aServerThatIsNeverReadyIsNamedWithItsFailingChecks() async throws {
        var answers = try Answers.ofTheCluster()
        answers.failingChecks = ["informer-sync", "poststarthook/rbac/bootstrap-roles"]
        let rehearsal = try await self.rehearse(with: answers, timeout: .seconds(30))
        #expect(rehearsal.verdict == .fail)
        let detail = rehearsal["API server"]?.detail ?? ""
        #expect(detail.contains("its own checks fail: informer-sync, poststarthook/rbac/bootstrap-roles"))
    }

    @Test func aServerThatEndsIsQuoted() async throws {
        let rehearsal = try await self.rehearse(on: { directory in
            let path = directory.appending("ends")
            try WrittenProgram.write("#!/bin/sh\necho unknown flag: --secure-port; exit 1\n", to: path)
            return path.string
        })
        #expect(rehearsal.verdict == .fail)
        #expect(
            rehearsal["API server"]?.detail
                == "kube-apiserver does not start on the restored store: unknown flag: --secure-port"
        )
    }

    @Test func aServerThatEndsWithoutAWordIsSaidToHaveSaidNothing() async throws {
        let rehearsal = try await self.rehearse(on: { _ in "/bin/false" })
        #expect(
            rehearsal["API server"]?.detail
                == "kube-apiserver does not start on the restored store: it logged nothing"
        )
    }

    @Test func aPortThatSomebodyTookIsNotTheEnd() async throws {
        let rehearsal = try await self.rehearse(on: { directory in
            let real = try PretendedAPIServer.write(.ofTheCluster(), to: directory)
            let path = directory.appending("unlucky")
            // The first time only.
            let script =
                """
                #!/bin/sh
                if mkdir \(directory)/tried; then echo listen: address already in use; exit 1; fi
                exec \(real) "$@"

                """
            try WrittenProgram.write(script, to: path)
            return path.string
        })
        #expect(rehearsal["lists"]?.outcome == .pass)
    }

    @Test func withoutObjectsOfKubernetesNothingIsStarted() async throws {
        let rehearsal = try await self.rehearse("plain-etcd/auth-and-leases.db", on: { _ in "/nowhere" })
        #expect(rehearsal["API server"]?.outcome == .notChecked)
    }

    @Test func encryptedObjectsWithoutTheirKeyAreNotWaitedFor() async throws {
        let rehearsal = try await self.rehearse("encrypted/aescbc/snapshot.db", on: { _ in "/nowhere" })
        #expect(rehearsal["API server"]?.outcome == .notChecked)
        #expect(rehearsal["API server"]?.detail.contains("--encryption-config") == true)
    }

    private static let realServer = ProcessInfo.processInfo.environment["REGISTREE_KUBE_APISERVER"]

    /// Runs where the variable names a kube-apiserver of 1.36.
    @Test(.enabled(if: realServer != nil, "REGISTREE_KUBE_APISERVER names no kube-apiserver"))
    func aRealAPIServerListsAllObjectsOfTheCluster() async throws {
        let program = try #require(Self.realServer)
        let rehearsal = try await self.rehearse(on: { _ in program })
        let lists = try #require(rehearsal["lists"])
        #expect(lists.outcome == .pass, "\(lists.detail)")
        // It may already have swept the lease of the API server that is gone.
        let isSwept = lists.detail.contains("1 object expired")
        #expect(lists.count == (isSwept ? 1397 : 1398))
    }
}

extension Rehearsal {
    fileprivate var rows: [RehearsalRow] {
        let text = RehearsalText(self, path: "snapshot.db")
        return text.steps + text.clusterChecks
    }

    fileprivate subscript(name: String) -> RehearsalRow? { self.rows.first { $0.name == name } }
}
