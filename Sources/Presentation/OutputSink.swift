/// Where rendered text goes.
public protocol OutputSink: ~Copyable {
    /// How text for people looks there.
    var appearance: Appearance { get }
    /// Writes text that is harmless on a terminal, or is for programs.
    mutating func write(_ text: String) throws
    /// Writes bytes as they are.
    mutating func write(_ bytes: RawSpan) throws
    /// Writes stored bytes: as they are, or with controls escaped where a terminal shows them.
    mutating func write(stored bytes: RawSpan) throws
    /// Writes lines of stored text: as they are, or with other controls escaped where a terminal shows them.
    mutating func write(lines bytes: RawSpan) throws
    /// Writes JSON text: as it is, or with controls as JSON escapes them where a terminal shows it.
    mutating func write(json bytes: RawSpan) throws
}

extension OutputSink where Self: ~Copyable {
    /// Writes JSON text: as it is, or with controls as JSON escapes them where a terminal shows it.
    public mutating func write(json text: String) throws {
        try self.write(json: Array(text.utf8).span.bytes)
    }

    mutating func write(_ table: Table) throws {
        let appearance = self.appearance
        guard appearance.tableWidth != nil else {
            return try table.forEachLine(in: appearance.colors) { try self.write($0.span.bytes) }
        }
        try table.forEachLine(in: appearance.colors) { line in
            try self.write(fitted(String(decoding: line, as: UTF8.self), to: appearance.tableWidth))
        }
    }
}
