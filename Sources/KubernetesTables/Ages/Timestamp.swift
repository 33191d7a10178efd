import KubernetesCodec

/// A moment as Kubernetes writes it in JSON: RFC 3339, with a fraction in MicroTime.
struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970, in microseconds; finer digits are cut off.
    var microseconds: Int64

    static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.microseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Reads `2006-01-02T15:04:05[.999999999](Z|±07:00)`; nil for other text.
    init?(rfc3339 text: String) {
        guard let time = rfc3339Time(text) else { return nil }
        self.microseconds = time.seconds * 1_000_000 + Int64(time.nanoseconds) / 1_000
    }
}
