/// How some numbers are distributed.
public struct Distribution: Hashable, Sendable {
    /// How many numbers lie above the step before and up to `upTo`.
    public struct Step: Hashable, Sendable {
        public var upTo: UInt64
        public var count: Int
    }

    /// So many of 100 numbers are at or below `value`.
    public struct Percentile: Hashable, Sendable {
        public var percent: Int
        public var value: UInt32
    }

    public var count = 0
    public var sum: UInt64 = 0
    public var smallest: UInt32 = 0
    public var largest: UInt32 = 0
    public var percentiles: [Percentile] = []
    /// Steps that double, from the first that has any to the last.
    public var steps: [Step] = []

    /// Which percentiles are told.
    static let percents = [50, 75, 90, 95, 99]

    /// Orders the numbers: the many small ones by counting, the others by sorting.
    init(of numbers: [UInt32]) {
        var counts = [Int](repeating: 0, count: Self.smallCount)
        var large: [UInt32] = []
        for number in numbers {
            if Int(number) < counts.count { counts[Int(number)] += 1 } else { large.append(number) }
        }
        large.sort()
        self.count = numbers.count
        var wanted = Self.percents[...]
        func add(_ number: UInt32, count: Int, before: Int) {
            if before == 0 { self.smallest = number }
            self.largest = number
            self.sum &+= UInt64(number) &* UInt64(count)
            self.add(count, at: Self.step(of: number))
            // The nearest rank: the first number that so many of all do not exceed.
            while let percent = wanted.first, (self.count * percent + 99) / 100 <= before + count {
                self.percentiles.append(Percentile(percent: percent, value: number))
                wanted.removeFirst()
            }
        }
        var before = 0
        for (number, count) in counts.enumerated() where count > 0 {
            add(UInt32(number), count: count, before: before)
            before += count
        }
        for number in large {
            add(number, count: 1, before: before)
            before += 1
        }
    }

    /// Numbers below this are counted.
    private static let smallCount = 1 << 16

    private mutating func add(_ count: Int, at upTo: UInt64) {
        if self.steps.last?.upTo == upTo {
            self.steps[self.steps.count - 1].count += count
        } else {
            self.addSteps(before: upTo)
            self.steps.append(Step(upTo: upTo, count: count))
        }
    }

    /// The least power of two that is not below the number.
    private static func step(of number: UInt32) -> UInt64 {
        number <= 1 ? UInt64(number) : 1 << UInt64(32 - (number - 1).leadingZeroBitCount)
    }

    /// Empty steps between the last and the next.
    private mutating func addSteps(before next: UInt64) {
        while let last = self.steps.last?.upTo, max(1, last * 2) < next {
            self.steps.append(Step(upTo: max(1, last * 2), count: 0))
        }
    }
}

/// The largest of some numbers, and what they belong to.
struct Largest {
    private let limit: Int
    private var found: [(number: Int, position: Int)] = []
    private var least = 0

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Adds a number above 0.
    mutating func add(_ number: Int, _ position: Int) {
        guard number > self.least, self.limit > 0 else { return }
        self.found.append((number, position))
        guard self.found.count >= max(64, self.limit * 4) else { return }
        self.cut()
        if self.found.count == self.limit { self.least = self.found[self.limit - 1].number }
    }

    private mutating func cut() {
        self.found.sort { ($1.number, $0.position) < ($0.number, $1.position) }
        self.found.removeSubrange(min(self.limit, self.found.count)...)
    }

    /// Where they are, the largest first, and of equal ones that of the lower position.
    var positions: [Int] {
        var copy = self
        copy.cut()
        return copy.found.map(\.position)
    }
}
