import Presentation
import Testing

@testable import Operations

/// The first line and the advice, by what failed.
struct RehearsalTextTests {
    private func text(_ steps: RehearsalCheck...) -> RehearsalText {
        var rehearsal = Rehearsal(steps: steps, recoverySeconds: 1, seconds: 2)
        rehearsal.facts = Rehearsal.Facts(byteCount: 1, revision: 9, keyCount: 1401)
        return RehearsalText(rehearsal, path: "b.db")
    }

    @Test func whatPassesComesBackAsItWas() {
        let text = self.text(RehearsalCheck("verify", .pass, ""), RehearsalCheck("keys", .pass, ""))
        #expect(text.verdictLine == "PASS: b.db comes back as it was, 1,401 keys at revision 9.")
        #expect(text.text.contains("Next, when it is needed: registree restore b.db"))
    }

    @Test func damageIsAnsweredWithAnotherCopy() {
        let text = self.text(RehearsalCheck("verify", .fail, ""))
        #expect(text.verdictLine == "FAIL: b.db does not come back as it was: verify.")
        #expect(text.text.contains("Next: use another copy."))
    }

    @Test func aFailureOfTheAPIServerAloneIsNotCalledOneOfTheFile() {
        let passed = RehearsalCheck("verify", .pass, "")
        for name in ["API server", "lists (etcd)"] {
            let text = self.text(passed, RehearsalCheck(name, .fail, ""))
            #expect(
                text.verdictLine == "FAIL: b.db comes back as it was, but not for kube-apiserver: \(name)."
            )
            #expect(text.text.contains("kube-apiserver's log, which --keep leaves"))
        }
    }
}
