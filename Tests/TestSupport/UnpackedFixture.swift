public import SystemPackage

/// Runs `body` with the directory in a fixture that is a packed directory, such as a member's data.
public func withUnpackedFixture<Result>(
    _ fixture: String,
    _ body: (FilePath) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { place in
        let tar = try RealPrograms.named("tar")
        let archive = Repository.fixture(fixture).string
        let names = try await tar.succeed(["-xzvf", archive, "-C", place.string, "--no-same-owner"]).lines
        guard let name = names.first?.split(separator: "/").first else {
            throw ProgramError("\(fixture) is empty")
        }
        return try await body(place.appending(String(name)))
    }
}
