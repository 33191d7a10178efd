import Testing

struct TopLevelTests {
    @Test func holdsWhatBelongsThereOnly() async throws {
        let paths = try await Checkout.trackedPaths()
        #expect(paths.contains("Package.swift"))
        for finding in strangersAtTopLevel(among: paths) { Issue.record("\(finding)") }
    }

    @Test func rejectsAStranger() {
        let planted = [
            "Package.swift", ".swift-format", "Sources/Bolt/BoltError.swift", "docs/notes.md", "notes.txt",
        ]
        #expect(strangersAtTopLevel(among: planted).map(\.file) == ["docs", "notes.txt"])
    }
}
