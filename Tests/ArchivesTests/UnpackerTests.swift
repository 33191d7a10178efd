import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Archives

/// What real programs pack is read as it was.
struct UnpackerTests {
    @Test func readsWhatEachProgramPacks() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            for (name, words) in [
                ("gzip", ["-c"]), ("gzip", ["-1c"]), ("xz", ["-c"]), ("zstd", ["-c", "-q"]),
                ("zstd", ["-c", "-q", "-19"]),
            ] {
                guard let program = try? RealPrograms.named(name) else { continue }
                let packed = try await program.succeed(words + [snapshotPath.string])
                #expect(try unpack(packed.standardOutput, in: directory) == snapshot, "\(name) \(words)")
            }
        }
    }

    @Test(arguments: [
        "zipfile.ZipFile(sys.argv[1],'w').write(sys.argv[2],'s.db')",
        "zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED).write(sys.argv[2],'s.db')",
        // Sizes behind the content, as a writer that cannot go back has them; k3s has such one.
        """
        f=open(sys.argv[1],'wb')
        class Pipe:
            def write(self,b): return f.write(b)
            def flush(self): f.flush()
        z=zipfile.ZipFile(Pipe(),'w',8); z.write(sys.argv[2],'on-demand-node-1700000000'); z.close(); f.close()
        """,
        """
        z=zipfile.ZipFile(sys.argv[1],'w',8)
        e=z.open('s.db','w',force_zip64=True); e.write(open(sys.argv[2],'rb').read()); e.close(); z.close()
        """,
        // What is packed in another way beside it does not matter.
        """
        z=zipfile.ZipFile(sys.argv[1],'w',8); z.write(sys.argv[2],'s.db')
        z.writestr('notes','abc',zipfile.ZIP_BZIP2); z.writestr('more','abc',zipfile.ZIP_LZMA); z.close()
        """,
    ])
    func readsEachFormOfZip(script: String) async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.zip")
            try await python("import sys,zipfile\n" + script, path, snapshotPath)
            #expect(try unpack(path, in: directory) == snapshot)
        }
    }

    @Test(arguments: ["USTAR_FORMAT", "GNU_FORMAT", "PAX_FORMAT"])
    func readsEachFormOfTarWithLongNames(format: String) async throws {
        let snapshot = try readFile(snapshotPath)
        let long = "'" + String(repeating: "d", count: 80) + "/" + String(repeating: "n", count: 90) + ".db'"
        let script = """
            import sys,tarfile,io
            t=tarfile.open(sys.argv[1],'w',format=tarfile.\(format))
            i=tarfile.TarInfo('backup'); i.type=tarfile.DIRTYPE; t.addfile(i)
            i=tarfile.TarInfo('notes.txt'); i.size=3; t.addfile(i,io.BytesIO(b'abc'))
            t.add(sys.argv[2],\(long))
            i=tarfile.TarInfo('link'); i.type=tarfile.SYMTYPE; i.linkname='/etc/passwd'; t.addfile(i)
            t.close()
            """
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.tar")
            try await python(script, path, snapshotPath)
            #expect(try unpack(path, in: directory) == snapshot)
        }
    }

    @Test func readsATarOfGNUTarPackedOnceMore() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let packed = directory.appending("s.tar.gz")
            let place = snapshotPath.removingLastComponent().string
            let name = try #require(snapshotPath.lastComponent).string
            _ = try await RealPrograms.named("tar").succeed(["-czf", packed.string, "-C", place, name])
            #expect(try unpack(packed, in: directory) == snapshot)
            let zip = directory.appending("s.zip")
            try await python(
                "import sys,zipfile; zipfile.ZipFile(sys.argv[1],'w').write(sys.argv[2],'a')",
                zip,
                packed
            )
            #expect(try unpack(zip, in: directory) == snapshot)
            #expect(try unpack(tar(TarEntry(name: "a", content: readFile(zip))), in: directory) == snapshot)
        }
    }

    @Test func readsGzipOfSeveralMembersAndOfBytesBehindThem() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let half = snapshot.count / 2
            let first = try await gzip(Array(snapshot[..<half]), in: directory)
            let second = try await gzip(Array(snapshot[half...]), in: directory)
            #expect(try unpack(first + second, in: directory) == snapshot)
            #expect(try unpack(first + second + [0, 0, 0], in: directory) == snapshot)
            #expect(try unpack(first + second + Array("rubbish".utf8), in: directory) == snapshot)
        }
    }

    @Test func leavesWhatIsNotPackedAlone() throws {
        try withTemporaryDirectory { (directory: FilePath) throws in
            #expect(try unpack(snapshotPath, in: directory) == nil)
            for bytes in [[], [0x1F], Array("text".utf8), [UInt8](repeating: 0, count: 4096)] {
                #expect(try unpack(bytes, in: directory) == nil)
            }
        }
    }

    @Test func aMissingProgramIsNamed() throws {
        try withTemporaryDirectory { directory in
            for (format, magic) in [
                (ArchiveFormat.zstd, [0x28, 0xB5, 0x2F, 0xFD] as [UInt8]),
                (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
            ] {
                let path = directory.appending("packed")
                try writeFile(magic, to: path)
                #expect(throws: ArchiveError.programMissing(format)) {
                    try unpack(path, in: directory, programs: ["/nonexistent", "relative"])
                }
            }
        }
    }

    @Test func aProgramThatGoesOnBehindItsLastByteCanBeInterrupted() async throws {
        try await withTemporaryDirectory { directory in
            let mark = directory.appending("mark")
            let program = directory.appending("zstd")
            try WrittenProgram.write("#!/bin/sh\nexec >&-\n: > '\(mark)'\nexec /bin/sleep 60\n", to: program)
            let packed = directory.appending("packed")
            try writeFile([0x28, 0xB5, 0x2F, 0xFD], to: packed)
            let outputs = StagedOutputs()
            let unpacker = unpacker(in: directory, programs: [directory.string], outputs: outputs)
            let unpacking = Task.detached { try unpacker.unpack(MappedFile(path: packed.string)) }
            while !FileManager.default.fileExists(atPath: mark.string) {
                try await Task.sleep(for: .milliseconds(10))
            }
            // Long enough for its end to be waited for; without that, too, it must be killed.
            try await Task.sleep(for: .milliseconds(300))
            outputs.abandonAll()
            await #expect(throws: ArchiveError.self) { try await unpacking.value }
        }
    }

    @Test func aDatabaseOfFreePagesMayPackBeyondTheRatio() async throws {
        // As long as it says that it is, and zeros behind its first pages.
        let snapshot = try readFile(snapshotPath)
        let byteCount = UnpackingLimits.freeByteCount + (32 << 20)
        let database = try longer(snapshot, saying: byteCount)
        try await withTemporaryDirectory { directory in
            let packed = try await gzip(database, in: directory)
            #expect(packed.count * UnpackingLimits.ratio < byteCount)
            #expect(try unpack(packed, in: directory)?.count == byteCount)
        }
    }

    @Test func aScratchPlaceWithoutRoomGivesWayToTheNextOne() throws {
        try withTemporaryDirectory { (directory: FilePath) throws in
            let places = ScratchPlaces(["/nonexistent", directory.string])
            #expect(try places.makeFile(for: 10).path == directory.string)
            #expect(throws: FileError.self) { try places.makeFile(for: .max) }
        }
    }
}

/// LZW as Gardener's files have it; no program here packs it, so the test does, by the rules of its writer.
struct LZWTests {
    @Test func readsWhatWasPackedAndRefusesWhatWasCut() async throws {
        var generator = SeededGenerator(for: "LZW")
        // Long enough that the table fills up and begins anew.
        let snapshot = try readFile(snapshotPath)
        let noise = (0..<20_000).map { _ in UInt8.random(in: 0...3, using: &generator) }
        for plain in [[], [7], snapshot, noise, snapshot + noise] {
            let packed = packedByLZW(plain)
            var unpacked: [UInt8] = []
            let isWhole = try packed.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
                try LZW.unpack(bytes) { part in unpacked += part }
            }
            #expect(isWhole)
            #expect(unpacked == plain)
            let cut = Array(packed.dropLast(packed.count / 2 + 1))
            #expect(
                try cut.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
                    try LZW.unpack(bytes) { _ in }
                } == false
            )
        }
    }

    @Test func takesAnyBytesWithoutATrap() throws {
        var generator = SeededGenerator(for: "LZW of any bytes")
        for _ in 0..<2000 {
            let count = Int.random(in: 0..<600, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in
                try LZW.unpack(bytes) { _ in }
            }
        }
    }
}

/// Codes from the lowest bit on, of 9 to 12 bits, begun anew when no code is left.
private func packedByLZW(_ plain: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = []
    var (bits, bitCount, width, next) = (UInt64(0), 0, 9, 258)
    var table: [[UInt8]: Int] = [:]
    func write(_ code: Int) {
        bits |= UInt64(code) << UInt64(bitCount)
        bitCount += width
        while bitCount >= 8 {
            packed.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }
    func code(of word: [UInt8]) -> Int { word.count == 1 ? Int(word[0]) : table[word] ?? 0 }
    write(256)
    var word: [UInt8] = []
    for byte in plain {
        if word.isEmpty || table[word + [byte]] != nil {
            word.append(byte)
            continue
        }
        write(code(of: word))
        if next == 4095 {
            write(256)
            (table, width, next) = ([:], 9, 258)
        } else {
            table[word + [byte]] = next
            next += 1
            if next > 1 << width { width += 1 }
        }
        word = [byte]
    }
    if !word.isEmpty {
        write(code(of: word))
        next += 1
        if next > 1 << width, width < 12 { width += 1 }
    }
    write(257)
    if bitCount > 0 { packed.append(UInt8(truncatingIfNeeded: bits)) }
    return packed
}
