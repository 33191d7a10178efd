import Testing

struct LayeringTests {
    private static let manifest = """
        let zlib = Target.Dependency.product(name: "Zlib", package: "zlib")
        let package = Package(name: "house", targets: [
            .target(name: "CSums"),
            .systemLibrary(name: "CZlib"),
            .target(name: "Files", dependencies: ["CSums", zlib], swiftSettings: settings),
            .target(
                name: "Bolt",
                dependencies: [
                    "Files", "CSums",
                ],
                swiftSettings: settings
            ),
            .executableTarget(name: "tool", dependencies: ["Bolt"], swiftSettings: settings),

            .target(name: "CSpawn", path: "Tests/CSpawn"),
            .target(name: "Support", dependencies: ["CSpawn"], path: "Tests/Support"),
            .testTarget(name: "BoltTests", dependencies: ["Bolt", "Files"]),
        ])
        """

    @Test func importsOnlyTheLayersBelow() async throws {
        let layers = try Layers.declared()
        let files = try await Checkout.files(below: "Sources", endingIn: ".swift", ".h", ".c")
        #expect(!files.isEmpty)
        for finding in files.flatMap(layers.forbiddenImports) { Issue.record("\(finding)") }
    }

    @Test func everyRoomIsDeclaredOnceAndHasAFolder() async throws {
        let targets = try Layers.declared().all.map(\.target)
        let folders = try await Checkout.trackedPaths()
            .filter { $0.hasPrefix("Sources/") && $0.split(separator: "/").count > 2 }
            .map { String($0.split(separator: "/")[1]) }
        #expect(Set(targets).count == targets.count)
        #expect(Set(targets) == Set(folders))
    }

    @Test func theManifestReadsTopToBottom() throws {
        for finding in try Layers.declared().findings { Issue.record("\(finding)") }
    }

    /// These build some of the targets too, and nothing else would notice that one of them has a new dependency.
    @Test(arguments: ["Tests/Fuzzing/Package.swift", "Tests/Benchmarks/Lookups/Package.swift"])
    func nestedPackagesDeclareTheirTargetsAsTheProjectDoes(path: String) throws {
        let declared = Dictionary(uniqueKeysWithValues: try Layers.declared().all.map { ($0.target, $0.may) })
        let nested = Layers(manifest: try Checkout.text(of: path)).all
        let targets = Set(nested.map(\.target))
        for layer in nested {
            guard let may = declared[layer.target] else { continue }
            #expect(layer.may.isSuperset(of: may), "\(layer.target) lacks \(may.subtracting(layer.may))")
            #expect(targets.isSuperset(of: may), "\(may.subtracting(targets))")
        }
    }

    @Test func readsTheTargetsOfAManifest() {
        #expect(
            Layers(manifest: Self.manifest).all == [
                Layer("CSums"), Layer("CZlib"), Layer("Files", ["CSums"]), Layer("Bolt", ["Files", "CSums"]),
                Layer("tool", ["Bolt"]),
            ]
        )
    }

    @Test func rejectsATargetThatDependsOnOneBelowIt() {
        let turned = Self.manifest.replacing("[\"CSums\", zlib]", with: "[\"tool\", zlib]")
        #expect(
            Layers(manifest: turned).findings == [
                Finding(file: "Package.swift", rule: "Files stands above tool")
            ]
        )
    }

    @Test(arguments: [
        "import tool", "public import tool", "@testable import tool",
        "@_spi(Inside) package import struct tool.Revision", "    import tool",
    ])
    func rejectsAnImportFromAbove(statement: String) {
        let planted = SourceFile(path: "Sources/Bolt/Planted.swift", text: "import Files\n\(statement)\n")
        #expect(
            Layers(manifest: Self.manifest).forbiddenImports(in: planted) == [
                Finding(file: planted.path, line: 2, rule: "Bolt may not import tool")
            ]
        )
    }

    @Test func rejectsARoomThatNobodyPlaced() {
        let planted = SourceFile(path: "Sources/Attic/Planted.swift", text: "import Bolt\n")
        #expect(Layers(manifest: Self.manifest).forbiddenImports(in: planted).count == 1)
    }

    @Test func acceptsAnImportFromBelowAndFromOutside() {
        let text = "import Files\nimport Foundation\n// import tool, said a comment\n"
        let file = SourceFile(path: "Sources/Bolt/Good.swift", text: text)
        #expect(Layers(manifest: Self.manifest).forbiddenImports(in: file).isEmpty)
    }
}
