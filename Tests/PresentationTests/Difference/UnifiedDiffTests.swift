import Foundation
import Testing

@testable import Presentation

/// A patch turns the old text into the new one.
struct UnifiedDiffTests {
    private func patch(_ old: [String], _ new: [String]) -> String {
        var text: [UInt8] = []
        UnifiedDiff(from: bytes(old), to: bytes(new)).append(oldName: "a/x", newName: "b/x", to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func bytes(_ lines: [String]) -> [UInt8] { lines.flatMap { Array("\($0)\n".utf8) } }

    @Test func printsWhatDiffDoes() {
        let old = (1...12).map(String.init)
        var new = old
        new[5] = "six"
        new.append("13")
        #expect(
            self.patch(old, new) == """
                --- a/x
                +++ b/x
                @@ -3,10 +3,11 @@
                 3
                 4
                 5
                -6
                +six
                 7
                 8
                 9
                 10
                 11
                 12
                +13

                """
        )
        #expect(self.patch(old, old) == "")
        #expect(self.patch([], ["a"]) == "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n")
        #expect(self.patch(["a"], []) == "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n")
    }

    @Test func splitsHunksThatLieFarApart() {
        let old = (1...30).map(String.init)
        var new = old
        new[2] = "three"
        new[20] = "twenty-one"
        #expect(self.patch(old, new).split(separator: "\n").count { $0.hasPrefix("@@") } == 2)
    }

    /// The hunks are applied by their own line numbers, as `patch` does without looking around.
    @Test func theHunksMakeTheNewTextOfTheOldOne() throws {
        var random = SplitMix(state: 20_261_122)
        for _ in 0..<500 {
            let old = (0..<Int(random.next() % 40)).map { _ in String(random.next() % 6) }
            var new = old
            for _ in 0..<random.next() % 6 {
                let place = new.isEmpty ? 0 : Int(random.next() % UInt64(new.count))
                switch random.next() % 3 {
                case 0: new.insert(String(random.next() % 6), at: place)
                case 1 where !new.isEmpty: new.remove(at: place)
                default: if !new.isEmpty { new[place] = String(random.next() % 6) }
                }
            }
            #expect(try self.applied(self.patch(old, new), to: old) == new, "\(old) \(new)")
        }
    }

    @Test func textsThatHaveLittleInCommonAreReplacedAsAWhole() throws {
        let old = (0..<5000).map { "old \($0)" }
        let new = (0..<5000).map { "new \($0)" }
        #expect(try self.applied(self.patch(old, new), to: old) == new)
    }

    private func applied(_ patch: String, to old: [String]) throws -> [String] {
        var new: [String] = []
        var next = 0
        for line in patch.split(separator: "\n").dropFirst(2) {
            if line.hasPrefix("@@") {
                let numbers = line.split(separator: " ")[1].dropFirst().split(separator: ",").compactMap {
                    Int($0)
                }
                let start = numbers.count == 2 && numbers[1] == 0 ? numbers[0] : numbers[0] - 1
                new += old[next..<start]
                next = start
                continue
            }
            let text = String(line.dropFirst())
            if line.hasPrefix("+") {
                new.append(text)
            } else {
                try #require(next < old.count && old[next] == text)
                if line.hasPrefix(" ") { new.append(text) }
                next += 1
            }
        }
        return new + old[next...]
    }
}

/// SplitMix64, for a test target without TestSupport.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
