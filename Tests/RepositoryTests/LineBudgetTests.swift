import Testing

struct LineBudgetTests {
    @Test func everyFileIsWithinItsBudget() async throws {
        let files =
            try await Checkout.files(below: "Sources", endingIn: ".swift", ".c", ".h")
            + Checkout.files(below: "Tests", endingIn: ".swift", ".py")
        for finding in files.flatMap({ lineBudgetFindings(in: $0) }) { Issue.record("\(finding)") }
    }

    @Test func rejectsAFileOfOneLineTooMany() {
        let planted = SourceFile(
            path: "Sources/Bolt/Planted.swift",
            text: String(repeating: "\n", count: lineBudget + 1)
        )
        #expect(lineBudgetFindings(in: planted).count == 1)
        #expect(lineBudgetFindings(in: planted, exceptions: [planted.path: "a table"]).isEmpty)
    }

    @Test func rejectsAnExceptionThatIsNotNeeded() {
        let planted = SourceFile(
            path: "Sources/Bolt/Planted.swift",
            text: String(repeating: "\n", count: lineBudget)
        )
        #expect(lineBudgetFindings(in: planted).isEmpty)
        #expect(lineBudgetFindings(in: planted, exceptions: [planted.path: "a table"]).count == 1)
    }

    @Test func leavesGeneratedCodeAlone() {
        let text = String(repeating: "\n", count: 5000)
        #expect(lineBudgetFindings(in: SourceFile(path: "Sources/EtcdRPC/rpc.pb.swift", text: text)).isEmpty)
    }
}
