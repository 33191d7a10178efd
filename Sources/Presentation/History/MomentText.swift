import KubernetesCodec
import KubernetesRegistry
import KubernetesTables
public import Operations

/// A moment as RFC 3339 in UTC with whole seconds; `milliseconds` since 1970.
func momentText(_ milliseconds: Int64) -> String {
    let seconds = milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
    return rfc3339Text(seconds: seconds) ?? "\(seconds) s since 1970"
}

extension PlacedTime {
    /// The moment, and how far it may be off where that is more than two seconds: `2026-11-22T13:20:00Z ±4s`.
    var text: String {
        guard let time else { return "-" }
        guard let error else {
            return self.earliest == nil ? "before \(momentText(time))" : "after \(momentText(time))"
        }
        let isExact = error <= 2_000
        return momentText(time) + (isExact ? "" : " ±\(durationText(seconds: (error + 999) / 1_000))")
    }
}

extension PlacedTime {
    /// The same behind the word made: `at 2026-11-22T13:20:00Z`, `after 2026-11-22T13:20:00Z`.
    var madeText: String {
        if self.time == nil { return "at an unknown time" }
        return self.error == nil ? self.text : "at \(self.text)"
    }
}

extension RevisionAtTime {
    /// The line that says which revision was taken, and how exact that is.
    public var line: String {
        var line = "Note: revision \(self.revision)"
        line += self.isNewest ? ", the newest, " : " "
        line += "is taken for \(momentText(self.moment)): it was made \(self.time.madeText)"
        if self.between.lowerBound < self.between.upperBound, !self.isNewest {
            line += "; it may have been any from \(self.between.lowerBound) to \(self.between.upperBound)"
        }
        return line
    }

}
