extension Duration {
    /// Go's text for a length of time, such as `3s`, `1m30s` or `1.5h`, when it is one above 0.
    ///
    /// Source: golang/go `src/time/format.go`, `ParseDuration`.
    init?(goText: String) {
        var seconds = 0.0
        var rest = goText[...]
        repeat {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = goUnits[String(unit)] else { return nil }
            seconds += value * scale
        } while !rest.isEmpty
        guard seconds > 0, seconds < 1e9 else { return nil }
        self = .seconds(seconds)
    }
}

/// Seconds of each unit.
private let goUnits = [
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
]
