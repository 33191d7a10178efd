import EtcdStorage
import Presentation
import Testing

/// What `verify` advises about a file that cannot be opened.
struct UnopenedTextTests {
    private func lines(_ advice: String?, _ hints: DamageHints = DamageHints()) -> [Substring] {
        UnopenedText(path: "b.db", problem: "b.db is cut", advice: advice, hints: hints).text.split(
            separator: "\n"
        )
    }

    @Test func theAdviceComesBeforeTheVerdict() throws {
        #expect(
            self.lines("it was cut: use another copy") == [
                "It was cut: use another copy.", "b.db is cut: damaged",
            ]
        )
        #expect(self.lines(nil) == ["b.db is cut: damaged"])
        let text = UnopenedText(path: "b.db", problem: "b.db is cut", advice: "stop it", hints: DamageHints())
        #expect(try text.json().contains(#""advice" : "stop it""#))
    }

    @Test func nobodyIsToldToVerifyWhatWasVerified() {
        let advice = "`registree verify b.db` lists everything that is wrong with it"
        #expect(self.lines(advice) == ["Use another copy.", "b.db is cut: damaged"])
        var hints = DamageHints()
        hints.zerosFrom = 65536
        #expect(self.lines(advice, hints).first?.hasPrefix("From byte 65536") == true)
    }
}
