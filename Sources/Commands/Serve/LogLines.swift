import ArgumentParser
import EtcdServer
import Foundation

/// Writes each event as one line to standard error: time, level, message, `key=value`.
func logLines(from lowest: LogLevel) -> ServerLog {
    ServerLog { level, message, facts in
        guard lowest.shown.contains(level) else { return }
        let time = Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        let words = facts.filter { !$0.value.isEmpty }.map { " \($0.key)=\(quoted($0.value))" }
        note("\(time)Z \(level.rawValue) \(quoted(message))\(words.joined())")
    }
}

/// How much is logged.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    fileprivate var shown: Set<ServerLog.Level> {
        switch self {
        case .debug: [.debug, .info, .warning, .error]
        case .info: [.info, .warning, .error]
        case .warning: [.warning, .error]
        case .error: [.error]
        }
    }
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
