import EtcdStorage
import Foundation
import KineStorage
import SystemPackage
import TestSupport
import Testing

/// A SQLite file that kine has not written, or that was damaged since.
struct HostileKineTests {
    /// What is done to a sound file, and what is to be said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var sql: [String]
        var problem: KineProblem

        init(_ problem: KineProblem, _ sql: String...) {
            self.problem = problem
            self.sql = sql
        }

        var testDescription: String { self.sql.joined(separator: "; ") }
    }

    private static let insert =
        "INSERT INTO kine(id, name, created, deleted, create_revision, prev_revision, lease, value) VALUES"

    private static let virtualTable = """
        CREATE VIRTUAL TABLE kine USING rtree(id, created, deleted, create_revision, prev_revision,
            +name, +lease, +value)
        """

    static let cases = [
        Case(.noTable, "DROP TABLE kine"),
        Case(
            .otherTable("is a view"),
            "ALTER TABLE kine RENAME TO k",
            "CREATE VIEW kine AS SELECT * FROM k"
        ),
        // The schema says that it is a table, and holds the statement of a view.
        Case(
            .damaged("malformed database schema (kine)"),
            "ALTER TABLE kine RENAME TO k",
            "CREATE TABLE kine(id)",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET sql = 'CREATE VIEW kine AS SELECT * FROM k' WHERE name = 'kine'"
        ),
        Case(.otherTable("is a virtual table"), "DROP TABLE kine", virtualTable),
        // Its rows do not lie at the page that the schema names.
        Case(
            .otherTable("is a virtual table"),
            "DROP TABLE kine",
            virtualTable,
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'kine'"
        ),
        Case(
            .row(id: 1, "its id is not a revision that comes after 0"),
            "ALTER TABLE kine RENAME TO k",
            "CREATE TABLE kine AS SELECT CAST(id AS TEXT) AS id, name, created, deleted, create_revision, "
                + "prev_revision, lease, value FROM k"
        ),
        Case(.otherTable("has no column name"), "DROP TABLE kine", "CREATE TABLE kine(id)"),
        Case(.otherTable("has no column lease"), "ALTER TABLE kine DROP COLUMN lease"),
        Case(
            .otherTable("has a computed column"),
            "ALTER TABLE kine ADD COLUMN long AS (hex(zeroblob(30000000)))"
        ),
        Case(.otherTable("has a column rowid"), "ALTER TABLE kine ADD COLUMN RowID"),
        Case(
            .otherTable("has no row ids"),
            "DROP TABLE kine",
            """
            CREATE TABLE kine(id INTEGER PRIMARY KEY, name, created, deleted, create_revision, prev_revision, lease, value)
            WITHOUT ROWID
            """
        ),
        Case(.row(id: 9, "it names no key"), "\(insert)(9, NULL, 1, 0, 0, 0, 0, x'')"),
        Case(.row(id: 9, "it names no key"), "\(insert)(9, '', 1, 0, 0, 0, 0, x'')"),
        Case(
            .row(id: -5, "its id is not a revision that comes after 0"),
            "\(insert)(-5, '/x', 1, 0, 0, 0, 0, x'')"
        ),
        Case(.row(id: 9, "its deleted is not a whole number"), "\(insert)(9, '/x', 1, NULL, 0, 0, 0, x'')"),
        Case(.row(id: 9, "its deleted is not a whole number"), "\(insert)(9, '/x', 1, 'no', 0, 0, 0, x'')"),
        Case(.row(id: 9, "its created is not a whole number"), "\(insert)(9, '/x', 0.5, 0, 0, 0, 0, x'')"),
        Case(
            .row(id: 9, "its create_revision is not a whole number"),
            "\(insert)(9, '/x', 0, 0, NULL, 0, 0, x'')"
        ),
        Case(.row(id: 9, "its lease is not a whole number"), "\(insert)(9, '/x', 1, 0, 0, 0, NULL, x'')"),
        Case(.row(id: 9, "its value is a number"), "\(insert)(9, '/x', 1, 0, 0, 0, 0, 12.5)"),
        Case(
            .row(id: 1, "its prev_revision is not a whole number"),
            "UPDATE kine SET prev_revision = NULL WHERE id = 1"
        ),
        Case(
            .row(id: 9, "longer than 64 MiB"),
            "\(insert)(9, '/x', 1, 0, 0, 0, 0, zeroblob(67200000))"
        ),
    ]

    private func withFile(
        _ steps: [KineFile.Step],
        _ body: (KineDatabase, FilePath) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let file = try await KineFile.make(at: directory.appending("state.db"), steps)
            try await body(
                KineDatabase(path: file.path.string, scratchDirectory: directory.string),
                file.path
            )
        }
    }

    @Test(arguments: cases)
    func isNamedWithItsRow(hostile: Case) async throws {
        try await self.withFile(hostile.sql.map { .sql($0) }) { kine, path in
            for read in [{ _ = try kine.keyspace(at: nil) }, { _ = try kine.image(at: nil) }] {
                let error = #expect(throws: StorageError.self) { try read() }
                #expect(error?.reason == .kine(hostile.problem))
                #expect(error?.path == path.string)
            }
        }
    }

    /// What kine would show is shown, though no kine writes it so.
    @Test(arguments: [
        "\(insert)(9, '/x', 1, 0, 0, 0, 0, 'text')",
        "\(insert)(9, '/x', 1, 0, 0, 0, 0, NULL)",
        "\(insert)(9, CAST('/x' AS BLOB), 1, 0, 0, 0, 0, x'')",
        "\(insert)(9, '/x', 1, 0, -7, 0, 0, x''), (10, '/y', 0, 2, 0, 0, 0, zeroblob(67200000))",
        "\(insert)(9223372036854775807, '/x', 0, 0, 9223372036854775807, 0, 0, x'')",
        "\(insert)(9, '/x', 0, 0, 1, 0, 0, x'')", "DROP INDEX kine_name_index",
        "CREATE TRIGGER t AFTER INSERT ON kine BEGIN DELETE FROM kine; END",
        "CREATE INDEX long ON kine(substr(hex(value), 1, 10))",
    ])
    func isShownWhereThereIsNoDoubt(sql: String) async throws {
        try await self.withFile([.sql(sql)]) { kine, _ in
            let keyspace = try kine.keyspace(at: nil)
            #expect(keyspace.count == (sql.contains("/x") ? 2 : 1))
            let database = try kine.database(at: nil)
            #expect(try StorageCheck(of: database).isSound)
            #expect(try database.keyspace().count == keyspace.count)
        }
    }

    /// Few pages may lead to each other so that they hold rows without end: here some hundred thousand.
    @Test func readsNoMoreThanAFileOfItsSizeCanHold() async throws {
        try await self.withFile([.sql("CREATE TABLE u(a UNIQUE)")]) { kine, path in
            var file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
            let pageCount = file.count / 4096
            let schema = Array(file[100..<4096])
            let index = try #require(file[..<4096].firstRange(of: Array("sqlite_autoindex_u_1".utf8)))
            // Before the name: lengths of payload, row id and header, and the types of five columns.
            let cell = index.lowerBound - Array("index".utf8).count - 8
            // The table's schema, as it was, on a page of its own.
            file += schema + Array(repeating: 0, count: 100)
            let cellCount = Int(schema[3]) << 8 | Int(schema[4])
            let start = pageCount * 4096
            file.replaceSubrange(start..<start + 4096, with: Array(file[..<4096]))
            file.replaceSubrange(start..<start + 8 + 2 * cellCount, with: schema[..<(8 + 2 * cellCount)])
            // A leaf of one row many times, and a page that leads many times to that leaf.
            file += leaf(of: Array(file[cell..<cell + Int(file[cell]) + 2]), count: 600)
            file += branch(to: [UInt32](repeating: UInt32(pageCount + 2), count: 500))
            let children = [pageCount + 1, pageCount + 3, pageCount + 3, pageCount + 3].map { UInt32($0) }
            let root = branch(to: children)
            file.replaceSubrange(100..<200, with: root[..<100])
            file.replaceSubrange(4000..<4096, with: root[4000...])
            file.replaceSubrange(28..<32, with: bigEndian(UInt32(pageCount + 3)))
            try Data(file).write(to: URL(fileURLWithPath: path.string))
            let error = #expect(throws: StorageError.self) { try kine.keyspace(at: nil) }
            let problem = "it takes far more work to read than a sound file of its size"
            #expect(error?.reason == .kine(.damaged(problem)))
        }
    }

    /// SQLite deletes the journal of several databases that a rollback journal names, wherever that is.
    @Test func deletesNothingThatAJournalNames() async throws {
        try await withTemporaryDirectory { directory in
            let file = try await KineFile.make(
                at: directory.appending("state.db"),
                [.put("/a", String(repeating: "a", count: 9000))],
                ending: .journal
            )
            let victim = Array(directory.appending("victim").string.utf8)
            try Data("content".utf8).write(to: URL(fileURLWithPath: directory.appending("victim").string))
            let journal = URL(fileURLWithPath: file.path.string + "-journal")
            let sum = victim.reduce(UInt32(0)) { $0 &+ UInt32(bitPattern: Int32(Int8(bitPattern: $1))) }
            var bytes = [UInt8](try Data(contentsOf: journal))
            bytes += bigEndian(1 << 30 / 4096 + 1) + victim + bigEndian(UInt32(victim.count)) + bigEndian(sum)
            bytes += [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
            try Data(bytes).write(to: journal)
            let before = try contents(of: directory)
            let kine = KineDatabase(path: file.path.string, scratchDirectory: directory.string)
            let error = #expect(throws: StorageError.self) { try kine.keyspace(at: nil) }
            #expect(error?.reason == .kine(.unreadable("its rollback journal belongs to several databases")))
            #expect(try contents(of: directory) == before)
        }
    }

    /// A changed file is read or refused: it neither ends the process nor grows beyond what it holds.
    @Test func neitherTrapsNorGrowsWhenItIsDamaged() async throws {
        var random = SeededGenerator(for: "damaged SQLite")
        let steps: [KineFile.Step] =
            (0..<60).map { .put("/registry/k\($0 % 20)", String(repeating: "v", count: $0 * 137)) }
            + [.compact(revision: 20), .delete("/registry/k3")]
        for ending in [KineFile.Ending.closed, .log, .journal] {
            try await withTemporaryDirectory { directory in
                let file = try await KineFile.make(at: directory.appending("state.db"), steps, ending: ending)
                let kine = KineDatabase(path: file.path.string, scratchDirectory: directory.string)
                let suffixes = [.log: ["", "-wal"], .journal: ["", "-journal"]][ending] ?? [""]
                let originals = try suffixes.map {
                    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path.string + $0)))
                }
                var shown = 0
                for _ in 0..<400 {
                    for (suffix, original) in zip(suffixes, originals) {
                        var bytes = original
                        if suffix == suffixes.last || Bool.random(using: &random) { damage(&bytes, &random) }
                        try Data(bytes).write(to: URL(fileURLWithPath: file.path.string + suffix))
                    }
                    for read in [{ _ = try kine.keyspace(at: nil) }, { _ = try kine.image(at: nil) }] {
                        do {
                            try read()
                            shown += 1
                        } catch let error as StorageError {
                            #expect(!error.description.isEmpty)
                        }
                    }
                }
                #expect(shown > 0)
                let left = try FileManager.default.contentsOfDirectory(atPath: directory.string)
                #expect(left.allSatisfy { $0.hasPrefix("state.db") }, "\(left)")
            }
        }
    }
}

/// A leaf of a table that holds one row `count` times.
///
/// Source: sqlite.org, "Database File Format", B-tree Pages.
private func leaf(of cell: [UInt8], count: Int) -> [UInt8] {
    let content = bigEndian(UInt32(4096 - cell.count))[2...]
    let page = [13, 0, 0] + bigEndian(UInt32(count))[2...] + content + [0]
    let pointers = (0..<count).flatMap { _ in content }
    return page + pointers + Array(repeating: 0, count: 4096 - 8 - 2 * count - cell.count) + cell
}

/// A page of a table's tree that leads to `children`, each with a cell of 5 bytes but the last.
private func branch(to children: [UInt32]) -> [UInt8] {
    let cells = children.dropLast().reversed().map { bigEndian($0) + [1] }
    let starts = children.indices.dropFirst().map { bigEndian(UInt32(4096 - 5 * $0))[2...] }
    let page =
        [5, 0, 0] + bigEndian(UInt32(cells.count))[2...] + (starts.last ?? []) + [0]
        + bigEndian(children.last ?? 0)
    let table = page + starts.joined()
    return table + Array(repeating: 0, count: 4096 - table.count - 5 * cells.count) + cells.joined()
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
}

/// Changes some bytes, repeats a part elsewhere, blanks one or cuts the end.
private func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let start = Int.random(in: 0..<bytes.count, using: &random)
    let part = start..<min(bytes.count, start + [1, 8, 512, 4096][Int.random(in: 0..<4, using: &random)])
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
    case 1: for position in part { bytes[position] = 0 }
    case 2:
        let other = Int.random(in: 0...bytes.count - part.count, using: &random)
        bytes.replaceSubrange(other..<other + part.count, with: Array(bytes[part]))
    default:
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
    }
}
