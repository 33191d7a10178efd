public import Operations

/// What `usage` prints of one source.
public struct SpaceText: Report {
    private let usage: SpaceUsage
    private let source: String
    private let limit: Int
    /// Columns of the drawing of the resources' shares; nil for none.
    private let treemapWidth: Int?

    /// - Parameters:
    ///   - usage: What was found.
    ///   - source: What the source is called.
    ///   - limit: How many rows a table has at most.
    ///   - treemapWidth: Columns of a treemap; nil for none.
    public init(_ usage: SpaceUsage, source: String, limit: Int, treemapWidth: Int? = nil) {
        self.usage = usage
        self.source = source
        self.limit = limit
        self.treemapWidth = treemapWidth
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let sections = SpaceSections(self.usage, limit: self.limit)
        let meaning: Colors.Meaning = self.usage.diagnosis.isEmpty ? .good : .warning
        let top = colors.paint(terminalText("\(self.source): \(self.usage.headline)"), meaning) + "\n"
        let further = sections.furtherLines.map { terminalText("  also: \($0)") + "\n" }.joined()
        let map = self.treemapWidth.map { width in
            "\n" + Treemap.drawing(of: Treemap.items(of: self.usage), width: width, height: 24)
        }
        return top + further + (map ?? "") + sections.tables.map { "\n" + $0.lines(in: colors) }.joined()
    }

    public func json() throws -> String {
        try indentedJSON(SpaceJSON(self.usage, source: self.source))
    }
}

/// What `usage` prints of two sources.
public struct SpaceGrowthText: Report {
    private let growth: SpaceGrowth
    private let sources: (before: String, after: String)
    private let limit: Int

    /// - Parameters:
    ///   - growth: What was found.
    ///   - before: What the older source is called.
    ///   - after: What the newer source is called.
    ///   - limit: How many rows a table has at most.
    public init(_ growth: SpaceGrowth, before: String, after: String, limit: Int) {
        self.growth = growth
        self.sources = (before, after)
        self.limit = limit
    }

    public var text: String { self.text(in: .none) }

    public func text(in colors: Colors) -> String {
        let sections = GrowthSections(self.growth, limit: self.limit)
        let top = terminalText("\(self.sources.before) → \(self.sources.after): \(sections.headline)")
        return colors.paint(top, .heading) + "\n"
            + sections.tables.map { "\n" + $0.lines(in: colors) }.joined()
    }

    public func json() throws -> String {
        try indentedJSON(
            GrowthJSON(self.growth, before: self.sources.before, after: self.sources.after)
        )
    }
}
