import Crypto
import Foundation
import Glibc
import SystemPackage
import TestSupport

/// A copy of a file whose bytes are changed in place.
struct Scratch {
    let path: FilePath
    private let original: [UInt8]

    init(_ bytes: [UInt8], at path: FilePath) throws {
        self.path = path
        self.original = bytes
        try writeFile(bytes, to: path)
    }

    /// Runs `body` while the byte at `offset` is another one.
    func withFlipped<Result>(_ offset: Int, mask: UInt8, _ body: () async throws -> Result) async throws
        -> Result
    {
        try self.put(self.original[offset] ^ mask, at: offset)
        let result = try await body()
        try self.put(self.original[offset], at: offset)
        return result
    }

    /// Runs `body` while the file has only its first `length` bytes.
    func withCut<Result>(to length: Int, _ body: () async throws -> Result) async throws -> Result {
        guard truncate(self.path.string, off_t(length)) == 0 else { throw Errno(rawValue: errno) }
        let result = try await body()
        try writeFile(self.original, to: self.path)
        return result
    }

    private func put(_ byte: UInt8, at offset: Int) throws {
        let descriptor = try FileDescriptor.open(self.path, .readWrite)
        defer { try? descriptor.close() }
        try descriptor.writeAll(toAbsoluteOffset: Int64(offset), [byte])
    }
}

func readFile(_ path: FilePath) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path.string)))
}

func writeFile(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}

/// SHA-256 of a file, to see whether it was changed.
func digest(of path: FilePath) throws -> [UInt8] {
    Array(SHA256.hash(data: try Data(contentsOf: URL(fileURLWithPath: path.string))))
}

func exists(_ path: FilePath) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path.string)) != nil
}

/// The names in a directory, hidden ones included.
func names(in directory: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.string).sorted()
}
