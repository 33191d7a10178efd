/// What a command has to say, for people and for programs.
public protocol Report {
    /// Lines for people.
    var text: String { get }
    /// The same in colours.
    func text(in colors: Colors) -> String
    /// One JSON value and a line's end.
    func json() throws -> String
}

extension Report {
    /// A report without anything to colour is the same in colours.
    public func text(in colors: Colors) -> String { self.text }
}

/// The formats of a report.
public enum ReportFormat: String, CaseIterable, Sendable {
    case table
    case json

    public func text(of report: some Report) throws -> String {
        switch self {
        case .table: report.text
        case .json: try report.json()
        }
    }
}
