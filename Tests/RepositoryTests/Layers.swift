/// A room of the program and the rooms that it may import.
struct Layer: Equatable {
    var target: String
    var may: Set<String>

    init(_ target: String, _ may: Set<String> = []) {
        self.target = target
        self.may = may
    }
}

/// The rooms that may talk to a person or to the system they run on.
let fronts: Set<String> = ["Commands", "registree"]

/// The rooms that `Package.swift` declares, in its order, which is from bytes up to the command line.
///
/// That table is the only one: what a room may import is what its target depends on.
struct Layers {
    let all: [Layer]

    /// Reads the targets of a manifest, but for those of the tests.
    ///
    /// Names of own targets stand in quotes there; products of other packages are constants.
    init(manifest: String) {
        let start = #/\.(?:target|executableTarget|systemLibrary|testTarget)\(\s*name: "(\w+)"/#
        let starts = manifest.matches(of: start)
        let ends = starts.dropFirst().map(\.range.lowerBound) + [manifest.endIndex]
        self.all = zip(starts, ends).compactMap { match, end in
            let declaration = manifest[match.range.lowerBound..<end]
            guard !declaration.hasPrefix(".testTarget"), !declaration.contains("path: \"Tests/") else {
                return nil
            }
            let list = declaration.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.1 ?? ""
            return Layer(String(match.1), Set(list.matches(of: #/"(\w+)"/#).map { String($0.1) }))
        }
    }

    /// Those of this project.
    static func declared() throws -> Layers { Layers(manifest: try Checkout.text(of: "Package.swift")) }

    /// Imports of our own rooms that the manifest does not allow.
    func forbiddenImports(in file: SourceFile) -> [Finding] {
        guard let layer = self.all.first(where: { $0.target == file.target }) else {
            return [Finding(file: file.path, rule: "\(file.target) is not a target of Package.swift")]
        }
        let ours = Set(self.all.map(\.target))
        return importedModules(in: file).compactMap { line, name in
            guard ours.contains(name), !layer.may.contains(name) else { return nil }
            return Finding(file: file.path, line: line, rule: "\(layer.target) may not import \(name)")
        }
    }

    /// Rooms that may import one which stands below them.
    var findings: [Finding] {
        var above: Set<String> = []
        return self.all.compactMap { layer in
            defer { above.insert(layer.target) }
            guard let below = layer.may.subtracting(above).sorted().first else { return nil }
            return Finding(file: "Package.swift", rule: "\(layer.target) stands above \(below)")
        }
    }
}

private func importedModules(in file: SourceFile) -> [(line: Int, name: String)] {
    let statement =
        #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|enum|class|protocol|func|var|let|typealias)\s+)?(\w+)/#
    return file.lines.enumerated().compactMap { index, line in
        (try? statement.firstMatch(in: line)).map { (index + 1, String($0.1)) }
    }
}
