import Foundation
import SystemPackage
import TestSupport
import Testing

/// A restore that is stopped, starved or made to fail, and what may be left of it: all or nothing.
struct RestoreTrial {
    let snapshot: FilePath
    /// The parent of the destination; nothing else may lie in it.
    let place: FilePath
    /// Added to the command line.
    var flags: [String] = []

    var destination: FilePath { self.place.appending("data") }

    var arguments: [String] {
        ["restore", self.snapshot.string, "--data-dir", self.destination.string] + self.flags
    }

    /// Makes the place, empty.
    init(_ snapshot: FilePath, in directory: FilePath, flags: [String] = []) throws {
        self.snapshot = snapshot
        self.place = directory.appending("place")
        self.flags = flags
        try FileManager.default.createDirectory(
            atPath: self.place.string,
            withIntermediateDirectories: false
        )
    }

    static let quiet = ["SWIFT_BACKTRACE": "enable=no"]

    func start() throws -> RunningProgram {
        try RegistreeProgram.located().start(self.arguments, environment: Self.quiet)
    }

    /// Removes what a finished restore has left.
    func clear() throws {
        for name in try names(in: self.place) {
            try FileManager.default.removeItem(atPath: self.place.appending(name).string)
        }
    }

    /// Whether the destination is there; then it must be complete, and sound.
    func isThereComplete(_ comment: String) async throws -> Bool {
        guard exists(self.destination) else { return false }
        #expect(try names(in: self.destination) == ["member"], "\(comment)")
        #expect(try names(in: self.destination.appending("member")) == ["snap", "wal"], "\(comment)")
        let snap = try names(in: self.destination.pushing("member/snap"))
        #expect(snap == ["0000000000000001-0000000000000001.snap", "db"], "\(comment)")
        let wal = self.destination.pushing("member/wal")
        #expect(try names(in: wal) == ["0000000000000000-0000000000000000.wal"], "\(comment)")
        let verdict = try await RegistreeProgram.run("verify", self.destination.string)
        #expect(verdict.exitCode == 0, "\(comment): \(verdict.output)\(verdict.errors)")
        return true
    }

    /// Demands that the destination is there complete or absent, and that nothing lies beside it.
    ///
    /// - Returns: Whether it is there.
    @discardableResult
    func expectAllOrNothing(_ comment: String) async throws -> Bool {
        let isThere = try await self.isThereComplete(comment)
        #expect(try names(in: self.place) == (isThere ? ["data"] : []), "\(comment)")
        return isThere
    }

    /// Demands that the restore failed for its disk or its limits, said so in one line, and left nothing.
    func expectSaidAndNothingLeft(
        _ result: ProgramResult,
        _ words: String,
        _ comment: String
    ) throws {
        #expect(result.exitCode == 6, "\(comment): \(result.errors)")
        let said = result.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
        #expect(said.count == 1, "\(comment): \(result.errors)")
        let paths = [self.place.string, self.snapshot.string]
        #expect(said.allSatisfy { line in paths.contains { line.contains($0) } }, "\(comment): \(said)")
        #expect(said.allSatisfy { $0.contains(words) }, "\(comment): \(said)")
        #expect(try names(in: self.place) == [], "\(comment)")
    }

    /// Demands that the same command works now, and that it clears away what a killed one left.
    func expectAnotherRunWorks(_ comment: String) async throws {
        let again = try await RegistreeProgram.run(self.arguments)
        #expect(again.exitCode == 0, "\(comment): \(again.errors)")
        try await #expect(self.expectAllOrNothing(comment), "\(comment)")
    }
}
