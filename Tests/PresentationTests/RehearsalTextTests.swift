import ClusterChecks
import EtcdClient
import Presentation
import Testing

@testable import Operations

/// The first line and the advice, by what failed.
struct RehearsalTextTests {
    private static let proved = RehearsedStep(.verify(.proved(revisionCount: 2, keyCount: 1)))

    private func text(_ steps: RehearsedStep..., checks: [ClusterCheckResult] = []) -> RehearsalText {
        var rehearsal = Rehearsal(unopened: "")
        rehearsal.steps = steps
        rehearsal.clusterChecks = checks.map { RehearsedClusterCheck($0) }
        rehearsal.facts = Rehearsal.Facts(byteCount: 1, revision: 9, keyCount: 1401)
        return RehearsalText(rehearsal, path: "b.db")
    }

    @Test func whatPassesComesBackAsItWas() {
        let keys = RehearsedStep(.keys(.same(count: 1401, revision: 9)), on: .bundledStore)
        let text = self.text(Self.proved, keys)
        #expect(text.verdictLine == "PASS: b.db comes back as it was, 1,401 keys at revision 9.")
        #expect(text.text.contains("Next, when it is needed: registree restore b.db"))
    }

    @Test func theAdviceNamesTheStateThatWasRehearsed() {
        var rehearsal = Rehearsal(unopened: "")
        rehearsal.steps = [Self.proved]
        let old = RehearsalText(rehearsal, path: "store", revision: 7, width: 200)
        #expect(old.text.contains("registree restore store --revision 7 --data-dir"))
        let piped = RehearsalText(rehearsal, path: BackupRequest.standardInputName, width: 200)
        #expect(piped.text.contains("registree restore - --data-dir"))
    }

    @Test func oneKeyIsNoKeys() {
        var rehearsal = Rehearsal(unopened: "")
        rehearsal.steps = [Self.proved]
        rehearsal.facts = Rehearsal.Facts(byteCount: 1, revision: 9, keyCount: 1)
        let text = RehearsalText(rehearsal, path: "b.db")
        #expect(text.verdictLine.contains("comes back as it was, 1 key at revision 9"))
    }

    @Test func damageIsAnsweredWithAnotherCopy() {
        let text = self.text(RehearsedStep(.verify(.damaged(findingCount: 3))))
        #expect(text.verdictLine == "FAIL: b.db does not come back as it was: verify.")
        #expect(text.text.contains("Next: use another copy."))
    }

    @Test func aFailureOfTheAPIServerAloneIsNotCalledOneOfTheFile() {
        var lists = RehearsalStep.Lists()
        let missing = ObjectReference(resource: "pods", namespace: "shop", name: "web-0")
        lists.differences.add(.missing(missing))
        let listed = RehearsedStep(.lists(lists), on: .etcd)
        let failed = RehearsedStep(.apiServer(.failed(.noFreePort)), on: .etcd)
        let onOther = RehearsedStep(.open(.answers), on: .bundledStore)
        for (steps, name) in [([failed], "API server"), ([onOther, listed], "lists (etcd)")] {
            var rehearsal = Rehearsal(unopened: "")
            rehearsal.steps = [Self.proved] + steps
            let text = RehearsalText(rehearsal, path: "b.db")
            #expect(
                text.verdictLine == "FAIL: b.db comes back as it was, but not for kube-apiserver: \(name)."
            )
            #expect(text.text.contains("kube-apiserver's log, which --keep leaves"))
        }
    }

    @Test func differencesAreCountedAndTheFirstAreNamed() {
        var differences = Sample<LeaseDifference>()
        for id in 0x6ffb_0000..<Int64(0x6ffb_0004) { differences.add(.missing(id: id)) }
        let text = self.text(RehearsedStep(.leases(.different(differences)), on: .etcd))
        #expect(
            text.steps[0].detail
                == "4 differences: lease 6ffb0000 is not there, lease 6ffb0001 is not there, "
                + "lease 6ffb0002 is not there and 1 more"
        )
        #expect(text.steps[0].count == 4)
    }

    @Test func aServerThatCannotBeAskedIsNamedInsteadOfItsSocket() {
        let error = EtcdClientError(.connectionRefused, endpoint: "unix:///tmp/scratch/store")
        let text = self.text(RehearsedStep(.keys(.failed(.call(error))), on: .bundledStore))
        #expect(text.steps[0].detail.hasPrefix("the bundled store: "))
        #expect(!text.steps[0].detail.contains("/tmp/scratch"))
    }

    @Test func whatIsNotCheckedIsCountedInTheVerdict() {
        let text = self.text(Self.proved, checks: [.noObjects])
        #expect(
            text.verdictLine
                == "PASS: b.db comes back as it was, 1,401 keys at revision 9 (1 not checked)."
        )
    }
}
