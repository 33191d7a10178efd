/// How far a long piece of work has come, as one line.
///
///     [=========>          ]  47 %   711 MB of 1.5 GB   203 MB/s   4 s left
public struct ProgressBar: Sendable {
    /// Bytes done and to be done.
    public var done: UInt64
    public var total: UInt64
    /// Since the work began, in seconds.
    public var seconds: Double

    private static let width = 20

    public init(done: UInt64, total: UInt64, seconds: Double) {
        self.done = min(done, total)
        self.total = total
        self.seconds = seconds
    }

    /// The line, without a line's end.
    public var line: String {
        let share = self.total == 0 ? 1 : Double(self.done) / Double(self.total)
        let percent = String(Int(share * 100))
        let padding = String(repeating: " ", count: 3 - percent.count)
        var parts = [
            "[\(bar(share, width: Self.width))] \(padding)\(percent) %",
            "\(humanByteCount(self.done)) of \(humanByteCount(self.total))",
        ]
        if let rate = self.rate { parts.append(humanRate(rate)) }
        if let left = self.secondsLeft { parts.append("\(humanSeconds(left)) left") }
        return parts.joined(separator: "   ")
    }

    private var rate: Double? {
        self.seconds > 0 && self.done > 0 ? Double(self.done) / self.seconds : nil
    }

    private var secondsLeft: Double? { self.rate.map { Double(self.total - self.done) / $0 } }
}

private func bar(_ share: Double, width: Int) -> String {
    let filled = Int(share * Double(width))
    guard filled < width else { return String(repeating: "=", count: width) }
    return String(repeating: "=", count: filled) + ">" + String(repeating: " ", count: width - filled - 1)
}
