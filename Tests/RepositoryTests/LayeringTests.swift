import Testing

struct LayeringTests {
    @Test func importsOnlyTheLayersBelow() async throws {
        let files = try await Checkout.files(below: "Sources", endingIn: ".swift", ".h", ".c")
        #expect(!files.isEmpty)
        for finding in files.flatMap(forbiddenImports) { Issue.record("\(finding)") }
    }

    @Test func tableReadsTopToBottom() {
        var above: Set<String> = []
        for layer in layers {
            #expect(layer.may.isSubset(of: above), "\(layer.target) may import what stands below it")
            above.insert(layer.target)
        }
    }

    @Test(arguments: [
        "import EtcdStorage", "public import EtcdStorage", "@testable import EtcdStorage",
        "@_spi(Inside) package import struct EtcdStorage.Revision", "    import EtcdStorage",
    ])
    func rejectsAnImportFromAbove(statement: String) {
        let planted = SourceFile(path: "Sources/Bolt/Planted.swift", text: "import Files\n\(statement)\n")
        #expect(
            forbiddenImports(in: planted) == [
                Finding(file: planted.path, line: 2, rule: "Bolt may not import EtcdStorage")
            ]
        )
    }

    @Test func rejectsARoomThatNobodyPlaced() {
        let planted = SourceFile(path: "Sources/Attic/Planted.swift", text: "import Bolt\n")
        #expect(forbiddenImports(in: planted).count == 1)
    }

    @Test func acceptsAnImportFromBelowAndFromOutside() {
        let text = "import Bolt\nimport Foundation\n// import Commands, said a comment\n"
        #expect(forbiddenImports(in: SourceFile(path: "Sources/EtcdStorage/Good.swift", text: text)).isEmpty)
    }
}
