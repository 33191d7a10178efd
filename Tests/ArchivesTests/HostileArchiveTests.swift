import Bolt
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Archives

/// The database in `snapshot`, lengthened with zeros, whose meta pages say that it has `byteCount` bytes.
func longer(_ snapshot: [UInt8], saying byteCount: Int, length: Int? = nil) throws -> [UInt8] {
    var bytes =
        Array(snapshot.dropLast(32))
        + [UInt8](repeating: 0, count: (length ?? byteCount) - snapshot.count + 32)
    for page in 0..<2 {
        let first = try Meta(reading: bytes.span.bytes, at: PageHeader.byteCount, page: PageID(0))
        let offset = page * Int(first.pageSize) + PageHeader.byteCount
        var meta = try Meta(reading: bytes.span.bytes, at: offset, page: PageID(UInt64(page)))
        meta.highWater = PageID(UInt64(byteCount / Int(meta.pageSize)))
        var written: [UInt8] = []
        meta.write(to: &written)
        bytes.replaceSubrange(offset..<offset + Meta.byteCount, with: written)
    }
    return bytes
}

/// Archives that were made to do harm, or that were damaged.
struct HostileArchiveTests {
    private func error(of bytes: [UInt8], in directory: FilePath) -> ArchiveError? {
        do {
            _ = try unpack(bytes, in: directory)
            return nil
        } catch {
            return error as? ArchiveError
        }
    }

    @Test func refusesBombs() async throws {
        let zeros = [UInt8](repeating: 0, count: UnpackingLimits.freeByteCount + (1 << 20))
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let bomb = try await gzip(zeros, in: directory)
            guard case .unpacksToTooMuch? = error(of: bomb, in: directory) else {
                Issue.record("zeros")
                return
            }
            // Packed twice, it is counted against the file that was given.
            let twice = try await gzip(bomb, in: directory)
            guard case .unpacksToTooMuch? = error(of: twice, in: directory) else {
                Issue.record("packed twice")
                return
            }
            // A database, and far more than it says.
            let long = try longer(
                snapshot,
                saying: snapshot.count / 4096 * 4096,
                length: zeros.count + (70 << 20)
            )
            guard case .unpacksToTooMuch? = error(of: try await gzip(long, in: directory), in: directory)
            else {
                Issue.record("behind a database")
                return
            }
            // Beside the snapshot in a tar.
            let beside = tar(TarEntry(name: "a", content: snapshot), TarEntry(name: "b", content: zeros))
            guard case .unpacksToTooMuch? = error(of: try await gzip(beside, in: directory), in: directory)
            else {
                Issue.record("beside a snapshot")
                return
            }
            let layers = try await gzip(
                gzip(gzip(gzip(gzip(snapshot, in: directory), in: directory), in: directory), in: directory),
                in: directory
            )
            #expect(error(of: layers, in: directory) == .tooManyLayers(Unpacker.layerLimit))
        }
    }

    @Test(arguments: ["../s.db", "/etc/s.db", "a/../../s.db", ".."])
    func refusesNamesThatLeadOut(name: String) async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let packed = tar(TarEntry(name: name, content: snapshot))
            #expect(error(of: packed, in: directory) == .unsafeName(name))
            let zip = directory.appending("s.zip")
            // Given at once, Python would make an honest name of it.
            let script = """
                import sys,zipfile
                i=zipfile.ZipInfo('x'); i.filename='\(name)'
                z=zipfile.ZipFile(sys.argv[1],'w'); z.writestr(i,open(sys.argv[2],'rb').read()); z.close()
                """
            try await python(script, zip, snapshotPath)
            #expect(error(of: try readFile(zip), in: directory) == .unsafeName(name))
        }
    }

    @Test func refusesSeveralSnapshotsAndNone() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let entry = TarEntry(name: "a.db", content: snapshot)
            let other = TarEntry(name: "b.db", content: snapshot)
            #expect(error(of: tar(entry, other), in: directory) == .severalSnapshots(["a.db", "b.db"]))
            let text = TarEntry(name: "a.txt", content: [0x61])
            let more = TarEntry(name: "b.txt", content: [0x62])
            #expect(error(of: tar(text, more), in: directory) == .noSnapshot(["a.txt", "b.txt"]))
            #expect(error(of: tar(TarEntry(name: "empty")), in: directory) == .noSnapshot([]))
            // The one file is the snapshot, whatever it is; opening it says what is wrong.
            #expect(try unpack(tar(text), in: directory) == [0x61])
            let packed = TarEntry(name: "a.gz", content: try await gzip(snapshot, in: directory))
            #expect(try unpack(tar(text, packed), in: directory) == snapshot)
            #expect(try unpack(tar(packed, text, entry), in: directory) == snapshot)
            let zip = directory.appending("s.zip")
            let script = """
                import sys,zipfile
                z=zipfile.ZipFile(sys.argv[1],'w',8)
                for n in sys.argv[3:]: z.write(sys.argv[2],n)
                z.close()
                """
            try await python(script, zip, snapshotPath, "a.db", "b.db")
            #expect(error(of: try readFile(zip), in: directory) == .severalSnapshots(["a.db", "b.db"]))
        }
    }

    @Test func refusesSizesThatLie() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.zip")
            let script = "import sys,zipfile; zipfile.ZipFile(sys.argv[1],'w',8).write(sys.argv[2],'s.db')"
            try await python(script, path, snapshotPath)
            let zip = try readFile(path)
            let directoryOffset = try #require(offset(of: [0x50, 0x4B, 0x01, 0x02], in: zip))
            // Shorter than it is, then longer.
            for (bytes, isDamage) in [([1, 0, 0, 0], false), ([0, 0, 0, 0x10], true)] as [([UInt8], Bool)] {
                var lying = zip
                lying.replaceSubrange(directoryOffset + 24..<directoryOffset + 28, with: bytes)
                #expect(error(of: lying, in: directory)?.isDamage == isDamage)
            }
            // Content that is said to go beyond the file, or to lie elsewhere; more entries; another name.
            for (place, bytes) in [
                (20, [0xFF, 0xFF, 0xFF, 0x7F]), (42, [0xFF, 0xFF, 0, 0]), (46, [0x78]), (10, [9, 0]),
                (28, [0xFF, 0xFF]),
            ] as [(Int, [UInt8])] {
                var lying = zip
                let start = directoryOffset + place
                lying.replaceSubrange(start..<start + bytes.count, with: bytes)
                #expect(error(of: lying, in: directory)?.isDamage == false, "\(place)")
            }
            var more = zip
            more[zip.count - 12] = 2
            #expect(error(of: more, in: directory)?.isDamage == false)

            for size in ["7777777777z", "77777777777"] {
                let entry = TarEntry(name: "s.db", content: snapshot, size: size)
                #expect(error(of: tar(entry), in: directory)?.isDamage == (size == "77777777777"))
            }
            var negative = TarEntry(name: "s.db", content: snapshot)
            negative.size = nil
            var bytes = negative.bytes
            bytes[124] = 0xFF
            let sum = bytes[..<512].enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
            }
            let digits = Array(String(sum, radix: 8).utf8)
            bytes.replaceSubrange(148..<148 + digits.count, with: digits)
            #expect(error(of: bytes, in: directory)?.isDamage == false)
        }
    }

    @Test func aLengthThatNoDiskHasIsNoLackOfSpace() throws {
        let record = "28 size=\(1 << 60)\n"
        try #require(record.utf8.count == 28)
        try withTemporaryDirectory { (directory: FilePath) throws in
            let long = tar(
                TarEntry(name: "records", content: Array(record.utf8), type: UInt8(ascii: "x")),
                TarEntry(name: "notes", content: Array("notes".utf8))
            )
            #expect(error(of: long, in: directory)?.isDamage == true)
        }
    }

    @Test func refusesEntriesThatOverlap() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.zip")
            let script = """
                import sys,zipfile
                z=zipfile.ZipFile(sys.argv[1],'w',8); z.write(sys.argv[2],'s.db')
                z.filelist.append(z.filelist[0]); z.close()
                """
            try await python(script, path, snapshotPath)
            let error = error(of: try readFile(path), in: directory)
            #expect(error == .contradiction(.zip, "two of its entries overlap"))
        }
    }

    @Test func showsOfAVeryLongNameTheBeginning() throws {
        try withTemporaryDirectory { (directory: FilePath) throws in
            let long = Array(String(repeating: "n\u{301}", count: 100_000).utf8)
            let name = TarEntry(name: "name", content: long, type: UInt8(ascii: "L"))
            let entry = TarEntry(name: "n", content: [0x61])
            let packed = tar(name, entry, TarEntry(name: "short", content: [0x62]))
            let shown = error(of: packed, in: directory)?.description
            #expect(shown?.contains("\"short\"") == true)
            #expect((shown?.utf8.count ?? .max) < 1000)
            let path = directory.appending("packed").string
            #expect(try unpacker(in: directory).names(in: MappedFile(path: path)) == ["short"])
        }
    }

    @Test func callsCutAndChangedArchivesDamaged() async throws {
        let snapshot = try readFile(snapshotPath)
        try await withTemporaryDirectory { directory in
            var archives = ["gzip": try await gzip(snapshot, in: directory)]
            archives["tar"] = tar(TarEntry(name: "s.db", content: snapshot))
            for name in ["xz", "zstd"] {
                guard let program = try? RealPrograms.named(name) else { continue }
                archives[name] = try await program.succeed(["-c", snapshotPath.string]).standardOutput
            }
            for (name, bytes) in archives {
                let cut = error(of: Array(bytes[..<(bytes.count / 2)]), in: directory)
                #expect(cut?.isDamage == true, "\(name) \(String(describing: cut))")
            }
            let zip = directory.appending("s.zip")
            let script = "import sys,zipfile; zipfile.ZipFile(sys.argv[1],'w',8).write(sys.argv[2],'s.db')"
            try await python(script, zip, snapshotPath)
            let bytes = try readFile(zip)
            #expect(error(of: Array(bytes[..<(bytes.count / 2)]), in: directory)?.isDamage == true)
            var changed = bytes
            changed[1000] ^= 1
            #expect(error(of: changed, in: directory)?.isDamage == true)
            var header = TarEntry(name: "s.db", content: snapshot)
            #expect(try unpack(tar(TarEntry(name: "a"), header), in: directory) == snapshot)
            header.hasChecksum = false
            #expect(error(of: tar(TarEntry(name: "a"), header), in: directory)?.isDamage == true)
        }
    }

    @Test func anEncryptedEntryIsNamed() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.zip")
            let script = "import sys,zipfile; zipfile.ZipFile(sys.argv[1],'w',8).write(sys.argv[2],'s.db')"
            try await python(script, path, snapshotPath)
            var zip = try readFile(path)
            let place = try #require(offset(of: [0x50, 0x4B, 0x01, 0x02], in: zip))
            zip[place + 8] |= 1
            #expect(error(of: zip, in: directory) == .encryptedEntry("s.db"))
            let beside = """
                import sys,zipfile
                z=zipfile.ZipFile(sys.argv[1],'w',8); z.writestr('notes','abc'); z.write(sys.argv[2],'s.db')
                z.filelist[1].flag_bits|=1; z.close()
                """
            try await python(beside, path, snapshotPath)
            #expect(error(of: try readFile(path), in: directory) == .encryptedEntry("s.db"))
        }
    }
}

/// Where `part` first lies in `bytes`; nil when it does not.
func offset(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    bytes.indices.first { bytes[$0...].starts(with: part) }
}
