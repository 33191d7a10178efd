import Files
import Foundation
import SystemPackage
import TestSupport

@testable import Archives

/// A snapshot that a real etcd wrote.
let snapshotPath = Repository.fixture("plain-etcd/auth-and-leases.db")

func readFile(_ path: FilePath) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path.string)))
}

func writeFile(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}

/// What is in a packed file; nil when it is not packed.
func unpack(
    _ path: FilePath,
    in directory: FilePath,
    programs: [String] = ["/usr/local/bin", "/usr/bin", "/bin"]
) throws -> [UInt8]? {
    try unpacker(in: directory, programs: programs).unpack(MappedFile(path: path.string))?.file.contents()
}

/// One that unpacks into `directory`.
func unpacker(
    in directory: FilePath,
    programs: [String] = [],
    outputs: StagedOutputs = StagedOutputs()
) -> Unpacker {
    Unpacker(
        places: ScratchPlaces([directory.string]),
        programDirectories: programs,
        outputs: outputs
    )
}

/// The same of bytes.
func unpack(_ bytes: [UInt8], in directory: FilePath) throws -> [UInt8]? {
    let path = directory.appending("packed")
    try writeFile(bytes, to: path)
    return try unpack(path, in: directory)
}

/// What `gzip` makes of bytes.
func gzip(_ bytes: [UInt8], in directory: FilePath) async throws -> [UInt8] {
    let path = directory.appending("plain")
    try writeFile(bytes, to: path)
    return try await RealPrograms.named("gzip").succeed(["-c", path.string]).standardOutput
}

/// Runs a Python script, whose arguments are paths.
func python(_ script: String, _ arguments: FilePath...) async throws {
    _ = try await RealPrograms.named("python3").succeed(["-c", script] + arguments.map(\.string))
}

/// A tar entry by hand, as hostile as wanted.
struct TarEntry {
    var name: String
    var content: [UInt8] = []
    /// In octal, where it is not the content's.
    var size: String?
    var type = UInt8(ascii: "0")
    var hasChecksum = true

    var bytes: [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(0..<min(100, self.name.utf8.count), with: self.name.utf8.prefix(100))
        let size = self.size ?? String(self.content.count, radix: 8)
        header.replaceSubrange(124..<124 + size.utf8.count, with: size.utf8)
        header[156] = self.type
        header.replaceSubrange(257..<262, with: "ustar".utf8)
        header.replaceSubrange(263..<265, with: "00".utf8)
        header.replaceSubrange(148..<156, with: repeatElement(0x20, count: 8))
        let sum = header.reduce(0) { $0 + Int($1) } + (self.hasChecksum ? 0 : 1)
        let digits = String(sum, radix: 8)
        header.replaceSubrange(148..<148 + digits.utf8.count, with: digits.utf8)
        let padding = (512 - self.content.count % 512) % 512
        return header + self.content + [UInt8](repeating: 0, count: padding)
    }
}

/// A tar of entries, with the zeros behind them.
func tar(_ entries: TarEntry...) -> [UInt8] {
    entries.flatMap(\.bytes) + [UInt8](repeating: 0, count: 1024)
}
