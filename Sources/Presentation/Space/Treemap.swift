import Operations

/// Rectangles that fill another, each as large as the share of what it stands for.
///
/// Source: Bruls, Huizing and van Wijk, "Squarified Treemaps".
struct Treemap {
    struct Item {
        var name: String
        var size: Int
    }

    struct Rectangle {
        var left: Double
        var top: Double
        var width: Double
        var height: Double
    }

    private(set) var placed: [(item: Item, rectangle: Rectangle)] = []

    /// Lays out what has a size, the largest at the top left.
    init(_ items: [Item], width: Double, height: Double) {
        let items = items.filter { $0.size > 0 }.sorted { ($1.size, $0.name) < ($0.size, $1.name) }
        let total = items.reduce(0) { $0 + $1.size }
        guard total > 0, width > 0, height > 0 else { return }
        let scale = width * height / Double(total)
        var free = Rectangle(left: 0, top: 0, width: width, height: height)
        var row: [Item] = []
        for item in items {
            let side = min(free.width, free.height)
            if !row.isEmpty, worst(row + [item], scale, side) > worst(row, scale, side) {
                self.place(row, scale, in: &free)
                row = []
            }
            row.append(item)
        }
        self.place(row, scale, in: &free)
    }

    /// Places a row along the shorter side of what is free.
    private mutating func place(_ row: [Item], _ scale: Double, in free: inout Rectangle) {
        let area = row.reduce(0) { $0 + Double($1.size) } * scale
        guard area > 0 else { return }
        let isColumn = free.width >= free.height
        let depth = area / (isColumn ? free.height : free.width)
        var offset = 0.0
        for item in row {
            let length = Double(item.size) * scale / depth
            self.placed.append(
                (
                    item,
                    isColumn
                        ? Rectangle(left: free.left, top: free.top + offset, width: depth, height: length)
                        : Rectangle(left: free.left + offset, top: free.top, width: length, height: depth)
                )
            )
            offset += length
        }
        if isColumn {
            free.left += depth
            free.width = max(0, free.width - depth)
        } else {
            free.top += depth
            free.height = max(0, free.height - depth)
        }
    }
}

/// The largest ratio of sides that a row would have along a side.
private func worst(_ row: [Treemap.Item], _ scale: Double, _ side: Double) -> Double {
    let areas = row.map { Double($0.size) * scale }
    let sum = areas.reduce(0, +)
    guard let largest = areas.max(), let smallest = areas.min(), smallest > 0, sum > 0 else {
        return .infinity
    }
    return max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest))
}

extension Treemap {
    /// What a source's space is made of: its resources, and the parts of the file that are no records.
    static func items(of usage: SpaceUsage) -> [Item] {
        let names = SpaceNames(showsRoots: usage.hasSeveralClusters)
        var items = usage.resources.map {
            Item(name: names.name(of: $0.resource), size: $0.tally.byteCount)
        }
        items.append(Item(name: names.name(of: nil), size: usage.outside.byteCount))
        let records: Set<FilePart> = [.liveValues, .liveKeys, .history, .tombstones]
        for (part, byteCount) in usage.pages?.file.parts ?? [] where !records.contains(part) {
            items.append(Item(name: part.text, size: byteCount))
        }
        return items
    }

    /// The rectangles drawn with lines, names and sizes in those that have room.
    ///
    /// - Parameters:
    ///   - items: What to draw.
    ///   - width: Columns.
    ///   - height: Lines.
    /// - Returns: Lines, harmless on a terminal.
    static func drawing(of items: [Item], width: Int, height: Int) -> String {
        // A character is about twice as high as it is wide.
        let map = Treemap(items, width: Double(width), height: Double(height * 2))
        var grid = [[Character]](repeating: [Character](repeating: " ", count: width), count: height)
        for (item, rectangle) in map.placed {
            draw(
                item,
                columns: Int(rectangle.left.rounded())..<Int((rectangle.left + rectangle.width).rounded()),
                lines: Int(
                    (rectangle.top / 2).rounded()
                )..<Int(((rectangle.top + rectangle.height) / 2).rounded()),
                on: &grid
            )
        }
        return grid.map { String($0) + "\n" }.joined()
    }
}

private func draw(
    _ item: Treemap.Item,
    columns: Range<Int>,
    lines: Range<Int>,
    on grid: inout [[Character]]
) {
    let height = grid.count
    let width = grid.first?.count ?? 0
    let columns = columns.clamped(to: 0..<width)
    let lines = lines.clamped(to: 0..<height)
    guard columns.count >= 3, lines.count >= 2 else {
        for line in lines { for column in columns { grid[line][column] = "░" } }
        return
    }
    let (left, right) = (columns.lowerBound, columns.upperBound - 1)
    let (top, bottom) = (lines.lowerBound, lines.upperBound - 1)
    for column in left...right {
        grid[top][column] = "─"
        grid[bottom][column] = "─"
    }
    for line in top...bottom {
        grid[line][left] = "│"
        grid[line][right] = "│"
    }
    grid[top][left] = "┌"
    grid[top][right] = "┐"
    grid[bottom][left] = "└"
    grid[bottom][right] = "┘"
    // Only characters of one column, so that the lines stay where they are.
    let name = terminalText(item.name).unicodeScalars.map {
        terminalColumns(of: $0) == 1 ? Character($0) : "?"
    }
    for (offset, text) in [name, Array(byteText(item.size))].enumerated() where top + 1 + offset < bottom {
        for (place, character) in text.prefix(right - left - 1).enumerated() {
            grid[top + 1 + offset][left + 1 + place] = character
        }
    }
}
