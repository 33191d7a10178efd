public import ArgumentParser
public import ClusterChecks
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

/// A number of bytes: `2147483648`, `8GiB`, `8G`, `500MB`.
struct ByteCount: ExpressibleByArgument, Hashable {
    var byteCount: Int

    init(_ byteCount: Int) {
        self.byteCount = byteCount
    }

    /// nil for anything that is not a whole number above 0 with or without a unit.
    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units = ["": 1, "K": 1000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000]
        let binary = ["KI": 1 << 10, "MI": 1 << 20, "GI": 1 << 30, "TI": 1 << 40]
        var unit = argument[digits.endIndex...].uppercased()
        if unit.hasSuffix("B") { unit.removeLast() }
        guard let number = Int(digits), number > 0, let factor = units[unit] ?? binary[unit] else {
            return nil
        }
        let (product, isOver) = number.multipliedReportingOverflow(by: factor)
        guard !isOver else { return nil }
        self.byteCount = product
    }

    /// What `--help` shows for a default.
    var defaultValueDescription: String {
        self.byteCount % (1 << 30) == 0 ? "\(self.byteCount >> 30)GiB" : "\(self.byteCount)"
    }
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

/// `--at` and `--since`.
extension TimePoint: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// `--consistency`.
extension ConnectionOptions.ReadConsistency: ExpressibleByArgument {}

/// `--uncommitted`.
extension UncommittedEntries: ExpressibleByArgument {}

extension LogFormat: ExpressibleByArgument {}

extension ReportFormat: ExpressibleByArgument {}

extension HoldingsFormat: ExpressibleByArgument {}

extension TreeFormat: ExpressibleByArgument {}

extension KeyFormat: ExpressibleByArgument {}

extension EtcdutlFormat: ExpressibleByArgument {}

extension DifferenceFormat: ExpressibleByArgument {}

extension FindingsFormat: ExpressibleByArgument {}

extension Severity: ExpressibleByArgument {}

/// `--include`: parts of a comparison, with commas between, or `all`.
struct IncludedParts: ExpressibleByArgument {
    var parts: Set<DifferencePart>

    init?(argument: String) {
        var parts: Set<DifferencePart> = []
        for word in argument.split(separator: ",") {
            if word == "all" {
                parts.formUnion(DifferencePart.allCases)
            } else if let part = DifferencePart(rawValue: String(word)) {
                parts.insert(part)
            } else {
                return nil
            }
        }
        self.parts = parts
    }

    static let allValueStrings = DifferencePart.allCases.map(\.rawValue) + ["all"]
}

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
