public import ArgumentParser
public import EtcdClient
public import EtcdStore
import KubernetesCodec
public import Operations
public import Presentation

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

/// `--age-from`.
extension AgeOrigin: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument {
        case "snapshot": self = .snapshot
        case "now": self = .now
        default:
            guard let time = rfc3339Time(argument) else { return nil }
            self = .time(time.seconds)
        }
    }

    public static var allValueStrings: [String] { ["snapshot", "now", "2006-01-02T15:04:05Z"] }
}

/// `--consistency`.
extension ConnectionOptions.ReadConsistency: ExpressibleByArgument {}

/// `--uncommitted`.
extension UndecidedEntries: ExpressibleByArgument {}

extension LogFormat: ExpressibleByArgument {}

extension ReportFormat: ExpressibleByArgument {}

extension HoldingsFormat: ExpressibleByArgument {}

extension TreeFormat: ExpressibleByArgument {}

extension KeyFormat: ExpressibleByArgument {}

extension EtcdutlFormat: ExpressibleByArgument {}

/// In which form one object is printed.
enum WholeObjectFormat: String, ExpressibleByArgument, CaseIterable {
    case yaml
    case json

    var text: ObjectText {
        switch self {
        case .yaml: ObjectText(.yaml, isList: false)
        case .json: ObjectText(.json, isList: false)
        }
    }
}
