/// The difference of two texts as `diff -u` prints it, with three lines around each change.
///
/// The shortest difference is looked for with a bounded number of steps; of texts that have less in common, everything
/// between their equal beginning and end is one change.
///
/// Sources: GNU diffutils manual, "Detailed Description of Unified Format"; E. Myers, "An O(ND) Difference Algorithm
/// and Its Variations".
struct UnifiedDiff {
    private typealias Line = ArraySlice<UInt8>

    /// Lines that are replaced by others; one of the two may be none.
    private struct Change {
        var old: Range<Int>
        var new: Range<Int>
    }

    private static let contextCount = 3
    /// How many numbers the search may note.
    private static let noteLimit = 4 << 20

    private let old: [Line]
    private let new: [Line]
    private var changes: [Change] = []

    /// Compares two texts of whole lines.
    init(from old: [UInt8], to new: [UInt8]) {
        self.old = lines(of: old)
        self.new = lines(of: new)
        self.changes = self.found()
    }

    /// Appends the headings and hunks; nothing where the texts are equal.
    ///
    /// - Parameters:
    ///   - oldName: What the first heading calls the old text.
    ///   - newName: What the second heading calls the new text.
    ///   - text: Where to.
    func append(oldName: String, newName: String, to text: inout [UInt8]) {
        guard !self.changes.isEmpty else { return }
        text += "--- \(oldName)\n+++ \(newName)\n".utf8
        var hunk: [Change] = []
        for change in self.changes {
            if let last = hunk.last, change.old.lowerBound - last.old.upperBound > 2 * Self.contextCount {
                self.append(hunk, to: &text)
                hunk = []
            }
            hunk.append(change)
        }
        self.append(hunk, to: &text)
    }

    private func append(_ hunk: [Change], to text: inout [UInt8]) {
        guard let first = hunk.first, let last = hunk.last else { return }
        let before = min(Self.contextCount, first.old.lowerBound)
        let after = min(Self.contextCount, self.old.count - last.old.upperBound)
        let oldRange = first.old.lowerBound - before..<last.old.upperBound + after
        let newRange = first.new.lowerBound - before..<last.new.upperBound + after
        text += "@@ -\(place(oldRange)) +\(place(newRange)) @@\n".utf8
        var next = oldRange.lowerBound
        for change in hunk {
            for line in self.old[next..<change.old.lowerBound] { appendLine(" ", line, to: &text) }
            for line in self.old[change.old] { appendLine("-", line, to: &text) }
            for line in self.new[change.new] { appendLine("+", line, to: &text) }
            next = change.old.upperBound
        }
        for line in self.old[next..<oldRange.upperBound] { appendLine(" ", line, to: &text) }
    }
}

// MARK: Searching

extension UnifiedDiff {
    private func found() -> [Change] {
        var start = 0
        while start < self.old.count, start < self.new.count, self.old[start] == self.new[start] {
            start += 1
        }
        var (oldEnd, newEnd) = (self.old.count, self.new.count)
        while oldEnd > start, newEnd > start, self.old[oldEnd - 1] == self.new[newEnd - 1] {
            oldEnd -= 1
            newEnd -= 1
        }
        guard start < oldEnd || start < newEnd else { return [] }
        var numbers: [Line: Int32] = [:]
        func number(_ line: Line) -> Int32 {
            let next = Int32(truncatingIfNeeded: numbers.count)
            if let known = numbers[line] { return known }
            numbers[line] = next
            return next
        }
        let left = self.old[start..<oldEnd].map(number)
        let right = self.new[start..<newEnd].map(number)
        return Self.shortest(left, right).map { change in
            Change(
                old: change.old.lowerBound + start..<change.old.upperBound + start,
                new: change.new.lowerBound + start..<change.new.upperBound + start
            )
        }
    }

    /// The changes that make `new` of `old` with the fewest lines; one change where that takes too many steps.
    private static func shortest(_ old: [Int32], _ new: [Int32]) -> [Change] {
        let whole = [Change(old: 0..<old.count, new: 0..<new.count)]
        guard !old.isEmpty, !new.isEmpty else { return whole }
        // The furthest place in `old` on each diagonal, by the number of changes so far.
        var notes: [[Int]] = []
        var noteCount = 0
        var furthest = [0, 0, 0]
        for depth in 0...(old.count + new.count) {
            noteCount += 2 * depth + 3
            guard noteCount <= self.noteLimit else { return whole }
            notes.append(furthest)
            // Diagonal k lies at index k + depth + 1 here, and one further on in the next round.
            for diagonal in stride(from: -depth, through: depth, by: 2) {
                let place = diagonal + depth + 1
                let isDown =
                    diagonal == -depth || diagonal != depth && furthest[place - 1] < furthest[place + 1]
                var x = isDown ? furthest[place + 1] : furthest[place - 1] + 1
                var y = x - diagonal
                while x < old.count, y < new.count, old[x] == new[y] {
                    x += 1
                    y += 1
                }
                furthest[place] = x
                if x >= old.count, y >= new.count {
                    return self.traced(notes, old.count, new.count)
                }
            }
            furthest.insert(0, at: 0)
            furthest.append(0)
        }
        return whole
    }

    /// Goes back through the notes from the end of both texts.
    private static func traced(_ notes: [[Int]], _ oldCount: Int, _ newCount: Int) -> [Change] {
        var changes: [Change] = []
        var (x, y) = (oldCount, newCount)
        for depth in notes.indices.reversed() where depth > 0 {
            let furthest = notes[depth]
            let diagonal = x - y
            let place = diagonal + depth + 1
            let isDown = diagonal == -depth || diagonal != depth && furthest[place - 1] < furthest[place + 1]
            let before = isDown ? diagonal + 1 : diagonal - 1
            let oldX = isDown ? furthest[place + 1] : furthest[place - 1]
            let oldY = oldX - before
            let change =
                isDown
                ? Change(old: oldX..<oldX, new: oldY..<oldY + 1)
                : Change(old: oldX..<oldX + 1, new: oldY..<oldY)
            if let last = changes.last, last.old.lowerBound == change.old.upperBound,
                last.new.lowerBound == change.new.upperBound
            {
                changes[changes.count - 1] = Change(
                    old: change.old.lowerBound..<last.old.upperBound,
                    new: change.new.lowerBound..<last.new.upperBound
                )
            } else {
                changes.append(change)
            }
            (x, y) = (oldX, oldY)
        }
        return changes.reversed()
    }
}

/// The lines of a text without their ends.
private func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
}

private func appendLine(_ sign: StaticString, _ line: ArraySlice<UInt8>, to text: inout [UInt8]) {
    sign.withUTF8Buffer { text.append(contentsOf: $0) }
    text += line
    text.append(0x0A)
}

/// `1,4`: the first line from 1 on, and how many; one line is its number alone, none that of the line before.
private func place(_ lines: Range<Int>) -> String {
    switch lines.count {
    case 0: "\(lines.lowerBound),0"
    case 1: "\(lines.lowerBound + 1)"
    default: "\(lines.lowerBound + 1),\(lines.count)"
    }
}
