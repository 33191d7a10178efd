import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Archives

/// Archives with changed bytes: each is read or refused, and none traps, hangs or grows.
struct MutatedArchiveTests {
    /// How many of each kind.
    private static let count =
        ProcessInfo.processInfo.environment["REGISTREE_MUTATIONS"].flatMap { Int($0) } ?? 2000

    @Test func changedHeadersOfTarAndZipAreReadOrRefused() async throws {
        var generator = SeededGenerator(for: "changed archives")
        let small = Array(try readFile(snapshotPath).prefix(8192))
        try await withTemporaryDirectory { directory in
            let plain = directory.appending("s.db")
            try writeFile(small, to: plain)
            let zip = directory.appending("s.zip")
            let script = """
                import sys,zipfile
                z=zipfile.ZipFile(sys.argv[1],'w',8)
                z.write(sys.argv[2],'s.db'); z.writestr('notes','abc'); z.close()
                """
            try await python(script, zip, plain)
            let long = directory.appending("s.tar")
            let pax = """
                import sys,tarfile
                t=tarfile.open(sys.argv[1],'w',format=tarfile.PAX_FORMAT)
                t.add(sys.argv[2],'n'*150); t.close()
                """
            try await python(pax, long, plain)
            let archives = [
                try readFile(zip), try readFile(long), tar(TarEntry(name: "s.db", content: small)),
                try await gzip(small, in: directory),
            ]
            for archive in archives {
                for _ in 0..<Self.count {
                    let changed = mutated(archive, &generator)
                    do {
                        _ = try unpack(changed, in: directory)
                    } catch is ArchiveError {
                        continue
                    }
                }
            }
        }
    }
}

/// Some bytes of headers changed, and perhaps the end cut off; the checksum of tar's first header is made right.
private func mutated(_ archive: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = archive
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
        // Headers are at both ends.
        let near = Int.random(in: 0..<min(1600, bytes.count), using: &generator)
        let place = Bool.random(using: &generator) ? near : bytes.count - 1 - near
        let interesting: [UInt8] = [
            0, 1, 0x2F, 0x37, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator),
        ]
        bytes[place] = interesting.randomElement(using: &generator) ?? 0
    }
    if Int.random(in: 0..<8, using: &generator) == 0 {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
    }
    guard bytes.count > 512, bytes[257..<262].elementsEqual("ustar".utf8) else { return bytes }
    for start in stride(from: 0, to: min(bytes.count - 511, 2048), by: 512)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
        let sum = (0..<512).reduce(0) {
            $0 + ((148..<156).contains($1) ? 0x20 : Int(bytes[start + $1]))
        }
        let digits = Array(String(sum, radix: 8).utf8)
        bytes.replaceSubrange(start + 148..<start + 156, with: repeatElement(0x20, count: 8))
        bytes.replaceSubrange(start + 148..<start + 148 + digits.count, with: digits)
    }
    return bytes
}
