import ArgumentParser

/// A length of time as Go writes it, and so etcdctl: `2s`, `500ms`, `1m30s`, `1.5h`.
struct GoDuration: ExpressibleByArgument, Hashable {
    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// nil for anything that is not one or more numbers, each with its unit, and more than 0.
    ///
    /// Source: Go's `time.ParseDuration`.
    init?(argument: String) {
        var seconds = 0.0
        var rest = argument[...]
        repeat {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = Self.units[String(unit)] else { return nil }
            seconds += value * scale
        } while !rest.isEmpty
        guard seconds > 0, seconds < 1e9 else { return nil }
        self.duration = .seconds(seconds)
    }

    /// What `--help` shows for a default.
    var defaultValueDescription: String { "\(self.duration.components.seconds)s" }

    private static let units = [
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
    ]
}
