/// What is to be named: how many there are, and the first few of them.
struct Names: Hashable, Sendable {
    /// How many are named; a report has room for no more.
    static let shown = 3

    private(set) var count = 0
    private(set) var first: [String] = []

    var isEmpty: Bool { self.count == 0 }

    mutating func note(_ name: @autoclosure () -> String) {
        self.count += 1
        if self.first.count < Self.shown { self.first.append(name()) }
    }

    mutating func note(_ key: [UInt8], _ what: String) {
        self.note("\(String(decoding: key.prefix(300), as: UTF8.self)) \(what)")
    }

    mutating func add(_ other: Names) {
        self.count += other.count
        self.first = Array((self.first + other.first).prefix(Self.shown))
    }

    /// `a, b, c and 4 more`.
    var text: String {
        let rest = self.count - self.first.count
        return self.first.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

/// `1 key`, `2 keys`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    let digits = String(count)
    var grouped = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
        grouped.append(digit)
    }
    return "\(grouped) \(count == 1 ? noun : plural ?? noun + "s")"
}
