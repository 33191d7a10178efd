import ArgumentParser
import EtcdServer
import FoundationEssentials
import Logging

/// How much is logged.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    /// A logger that writes lines to standard error, of this level and above.
    var logger: Logger {
        var logger = Logger(label: "registree") { _ in LogLines() }
        logger.logLevel =
            switch self {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        return logger
    }
}

/// Writes each log entry as one line to standard error: time, level, message, `key=value`.
private struct LogLines: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    /// The order of the keys in a line; others come behind, by name.
    private static let keys = [
        "listen", "metrics", "source", "file", "remote", "bytes", "revision", "read-only", "reason", "error",
    ]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        let pairs = self.metadata.merging(event.metadata ?? [:]) { $1 }
            .map { (key: $0.key, value: "\($0.value)") }
            .filter { !$0.value.isEmpty }
            .sorted { (Self.place(of: $0.key), $0.key) < (Self.place(of: $1.key), $1.key) }
        let text = pairs.map { " \($0.key)=\(quoted($0.value))" }.joined()
        note("\(time)Z \(event.level.rawValue) \(quoted(event.message.description))\(text)")
    }

    private static func place(of key: String) -> Int { self.keys.firstIndex(of: key) ?? self.keys.count }
}

/// The word itself, or in quotes when it is more than one.
private func quoted(_ word: String) -> String {
    guard word.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" || $0.isNewline }) else { return word }
    let inner = word.map { character in
        switch character {
        case "\"", "\\": "\\\(character)"
        case "\n", "\r", "\r\n": " "
        default: String(character)
        }
    }
    return "\"\(inner.joined())\""
}
