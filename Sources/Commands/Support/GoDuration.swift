import ArgumentParser
import KubernetesCodec

/// A length of time as Go writes it, and so etcdctl: `2s`, `500ms`, `1m30s`, `1.5h`.
struct GoDuration: ExpressibleByArgument, Hashable {
    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// nil for anything that is not one or more numbers, each with its unit, and more than 0.
    init?(argument: String) {
        guard let nanoseconds = goDuration(argument), nanoseconds > 0 else { return nil }
        self.duration = .nanoseconds(nanoseconds)
    }

    /// What `--help` shows for a default.
    var defaultValueDescription: String { "\(self.duration.components.seconds)s" }
}
