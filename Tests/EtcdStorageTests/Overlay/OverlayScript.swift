import EtcdStorage
import TestSupport

/// One write within a transaction.
enum OverlayWrite: Hashable, CustomStringConvertible {
    case put([UInt8], [UInt8], lease: Int64)
    case delete(KeyRange)

    var description: String {
        switch self {
        case .put(let key, let value, let lease):
            "put \(text(key))=\(text(value))" + (lease == 0 ? "" : " lease \(lease)")
        case .delete(let range):
            switch range.end {
            case .single: "delete \(text(range.start))"
            case .before(let end): "delete \(text(range.start))..<\(text(end))"
            case .none: "delete \(text(range.start))..."
            }
        }
    }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).debugDescription }

/// One step of a script that an overlay and its model both do.
enum OverlayStep: Hashable, CustomStringConvertible {
    case transaction([OverlayWrite])
    /// Compacts to the newest revision minus `back`, while others write; nothing when that cannot be.
    case compact(back: Int64, meanwhile: [[OverlayWrite]])
    /// Keeps a copy, which must not change any more.
    case copy
    /// Moves what is in memory into a file.
    case move

    var description: String {
        switch self {
        case .transaction(let writes): writes.map(\.description).joined(separator: "; ")
        case .compact(let back, let meanwhile):
            "compact to the newest revision - \(back)"
                + meanwhile.map { ", meanwhile: " + $0.map(\.description).joined(separator: "; ") }.joined()
        case .copy: "keep a copy"
        case .move: "move the messages into a file"
        }
    }
}

/// Random steps; the same seed gives the same.
struct RandomOverlaySteps {
    var random: SeededGenerator
    let keys: [[UInt8]]

    mutating func next() -> OverlayStep {
        switch self.number(20) {
        case 0: return .compact(back: Int64(self.number(6)), meanwhile: [])
        case 1:
            return .compact(
                back: Int64(self.number(6)),
                meanwhile: (0..<self.number(3)).map { _ in self.writes() }
            )
        case 2: return .copy
        // Each is a mapping as long as the script runs, and a process has not too many.
        case 3 where self.number(5) == 0: return .move
        default: return .transaction(self.writes())
        }
    }

    private mutating func writes() -> [OverlayWrite] {
        (0..<(self.number(3) == 0 ? self.number(6) : 1)).map { _ in self.write() }
    }

    private mutating func write() -> OverlayWrite {
        let key = self.key()
        switch self.number(10) {
        case 0: return .delete(self.range())
        case 1, 2: return .delete(.key(key))
        default:
            let value = [UInt8](repeating: 0x76, count: self.number(4))
            return .put(key, value, lease: self.number(4) == 0 ? Int64(self.number(3)) : 0)
        }
    }

    mutating func key() -> [UInt8] { self.keys.randomElement(using: &self.random) ?? [0] }

    /// Any range; often one without keys, or whose end lies before its start.
    mutating func range() -> KeyRange {
        switch self.number(8) {
        case 0: KeyRange(start: self.key(), end: .none)
        case 1: .prefix(Array(self.key().prefix(1)))
        case 2: .key(self.key())
        default: KeyRange(start: self.key(), end: .before(self.key()))
        }
    }

    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self.random) }
}

/// The shortest script that still fails, as far as leaving out steps one after the other finds it.
///
/// - Parameters:
///   - steps: A script that fails.
///   - fails: Whether a script does.
/// - Returns: Some of the steps.
func shrunk(_ steps: [OverlayStep], while fails: ([OverlayStep]) throws -> Bool) rethrows -> [OverlayStep] {
    var kept = steps
    var size = max(1, kept.count / 2)
    while true {
        var start = 0
        while start < kept.count {
            var fewer = kept
            fewer.removeSubrange(start..<min(start + size, kept.count))
            if try fails(fewer) { kept = fewer } else { start += size }
        }
        if size == 1 { break }
        size = max(1, size / 2)
    }
    for index in kept.indices {
        guard case .transaction(let writes) = kept[index], writes.count > 1 else { continue }
        for write in writes.indices.reversed() {
            guard case .transaction(var fewer) = kept[index], fewer.count > 1, write < fewer.count else {
                continue
            }
            var simpler = kept
            fewer.remove(at: write)
            simpler[index] = .transaction(fewer)
            if try fails(simpler) { kept = simpler }
        }
    }
    return kept
}
