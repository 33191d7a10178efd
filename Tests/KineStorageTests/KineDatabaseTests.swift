import EtcdStorage
import Files
import Foundation
import KineStorage
import SystemPackage
import TestSupport
import Testing

/// kine's file, read as kine itself would answer.
struct KineDatabaseTests {
    /// A key as it is seen at one revision.
    private struct Seen: Equatable {
        var key: String
        var value: String
        var create: Int64
        var mod: Int64
        var lease: Int64 = 0
    }

    private static let health = Seen(key: "/registry/health", value: #"{"health":"true"}"#, create: 2, mod: 2)

    private func seen(_ keyspace: Keyspace) throws -> [Seen] {
        try (0..<keyspace.count).map { position in
            let key = keyspace[position]
            let metadata = try keyspace.metadata(of: key)
            return Seen(
                key: String(decoding: keyspace.bytes(of: key), as: UTF8.self),
                value: try keyspace.withRecord(of: key) { _, value in
                    value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                },
                create: metadata.createRevision,
                mod: metadata.modRevision,
                lease: metadata.lease
            )
        }
    }

    private func open(_ file: KineFile) -> KineDatabase {
        KineDatabase(path: file.path.string, scratchDirectory: file.path.removingLastComponent().string)
    }

    @Test func showsEachRevisionAsAPlainDictionaryDoes() async throws {
        var random = SeededGenerator(for: "kine's table")
        for trial in 0..<6 {
            let names =
                (0..<12).map { "/registry/configmaps/default/m\($0)" } + ["compact_rev_key_apiserver", "a"]
            var steps: [KineFile.Step] = []
            var live: [String: Seen] = [Self.health.key: Self.health]
            var states: [Int64: [String: Seen]] = [1: [:], 2: live]
            var revision: Int64 = 2
            var compacted: Int64 = 0
            for step in 0..<Int.random(in: 5...120, using: &random) {
                let name = names.randomElement(using: &random) ?? ""
                switch Int.random(in: 0..<20, using: &random) {
                case 0: steps.append(.fill)
                case 1...6:
                    guard live.removeValue(forKey: name) != nil else { continue }
                    steps.append(.delete(name))
                case 7:
                    compacted = Int64.random(in: compacted...revision - 1, using: &random)
                    steps.append(.compact(revision: Int(compacted)))
                    continue
                default:
                    let value =
                        "\(step)" + String(repeating: "x", count: Int.random(in: 0...9000, using: &random))
                    let create = live[name]?.create ?? revision + 1
                    live[name] = Seen(
                        key: name,
                        value: value,
                        create: create,
                        mod: revision + 1,
                        lease: Int64(step % 3)
                    )
                    steps.append(.put(name, value, lease: step % 3))
                }
                revision += 1
                states[revision] = live
            }
            try await withTemporaryDirectory { directory in
                let file = try await KineFile.make(
                    at: directory.appending("state.db"),
                    steps,
                    ending: trial % 2 == 0 ? .closed : .log
                )
                let kine = self.open(file)
                for (asked, state) in states.sorted(by: { $0.key < $1.key }) where asked >= compacted {
                    let expected = state.values.filter { $0.key != "compact_rev_key_apiserver" }
                        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                    let keyspace = try kine.keyspace(at: asked)
                    #expect(try self.seen(keyspace) == expected, "trial \(trial), revision \(asked)")
                    #expect(keyspace.revision == asked)
                    #expect(keyspace.currentRevision == revision)
                }
                #expect(try self.seen(kine.keyspace(at: nil)) == self.seen(kine.keyspace(at: revision)))
                #expect(throws: StorageError.self) { try kine.keyspace(at: revision + 1) }
                guard compacted > 1 else { return }
                let error = #expect(throws: StorageError.self) { try kine.keyspace(at: compacted - 1) }
                #expect(error?.reason == .compacted(asked: compacted - 1, compactRevision: compacted))
            }
        }
    }

    @Test func makesASoundDatabaseOfAnyRevision() async throws {
        try await withTemporaryDirectory { directory in
            let file = try await KineFile.make(
                at: directory.appending("state.db"),
                [
                    .put("/registry/a", "1"), .put("/registry/a", "2"), .put("/registry/b", "3", lease: 60),
                    .delete("/registry/a"), .fill, .put("/registry/a", "4"),
                    .put("/registry/b", "5", lease: 60),
                ]
            )
            for revision in 2...Int64(9) {
                let made = try self.open(file).image(at: revision)
                #expect(made.revision == revision)
                #expect(made.newestRevision == 9)
                #expect(made.leasedKeyCount == (revision >= 5 ? 1 : 0))
                let database = try self.open(file).database(at: revision)
                #expect(try StorageCheck(of: database).isSound)
                let keyspace = try database.keyspace()
                #expect(keyspace.revision == revision)
                #expect(keyspace.compactRevision == revision)
                let expected = try self.seen(self.open(file).keyspace(at: revision))
                #expect(try self.seen(keyspace).map(\.value) == expected.map(\.value))
                #expect(keyspace.count == made.keyCount)
            }
        }
    }

    /// kine keeps two notes among the keys; what only begins like them, or like the names of gaps, is a key.
    @Test func leavesOutItsOwnNotesAndNothingElse() async throws {
        try await withTemporaryDirectory { directory in
            let names = [
                "compact_rev", "compact_rev_key_", "compact_rev_key_mine", "compact_rev_keyring", "gap-7",
                "\u{0}", "\u{0}a", "a\u{0}b", "é",
            ]
            let file = try await KineFile.make(
                at: directory.appending("state.db"),
                [.put("compact_rev_key_apiserver", "3|2"), .put("compact_rev_key_apiserver", "4|3")]
                    + names.map { .put($0, "value") }
            )
            let keys = try self.seen(self.open(file).keyspace(at: nil)).map(\.key)
            #expect(Set(keys) == Set(names + [Self.health.key]))
            #expect(keys.count == names.count + 1)
        }
    }

    /// Before 2022 kine's column of names had the type integer, so that SQLite keeps a key of digits as a number.
    @Test(arguments: [
        "name INTEGER, created INTEGER, deleted INTEGER, create_revision INTEGER, prev_revision INTEGER, "
            + "lease INTEGER, value BLOB, old_value BLOB, id INTEGER PRIMARY KEY",
        "old_value, value, lease, prev_revision, create_revision, deleted, created, name, more, "
            + "id INTEGER PRIMARY KEY",
    ])
    func findsItsColumnsByTheirNames(columns: String) async throws {
        let steps: [KineFile.Step] = [
            .put("123", "a"), .put("/a", "b", lease: 7), .put("/a", "c"), .delete("123"),
        ]
        let names = "id, name, created, deleted, create_revision, prev_revision, lease, value, old_value"
        try await withTemporaryDirectory { directory in
            let usual = try await KineFile.make(at: directory.appending("usual.db"), steps)
            let other = try await KineFile.make(
                at: directory.appending("state.db"),
                steps + [
                    .sql("CREATE TABLE k(\(columns))"),
                    .sql("INSERT INTO k(\(names)) SELECT \(names) FROM kine"),
                    .sql("DROP TABLE kine"), .sql("ALTER TABLE k RENAME TO kine"),
                ]
            )
            for revision in [5, 6] as [Int64] {
                let expected = try self.seen(self.open(usual).keyspace(at: revision))
                #expect(try self.seen(self.open(other).keyspace(at: revision)) == expected)
            }
        }
    }

    /// What is committed may lie in a log beside the file, and what is in the file may be half a change.
    @Test(arguments: [KineFile.Ending.closed, .log, .journal])
    func readsWhatIsCommittedAndWritesNothing(ending: KineFile.Ending) async throws {
        try await withTemporaryDirectory { directory in
            let place = directory.appending("a?b#c%41 d")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            let file = try await KineFile.make(
                at: place.appending("state.db"),
                [.put("/a", String(repeating: "a", count: 9000)), .put("/b", "2"), .delete("/b")]
                    + (0..<40).map { .put("/c\($0 + 10)", String(repeating: "c", count: 3000)) },
                ending: ending
            )
            let before = try contents(of: place)
            let suffix = [.log: "-wal", .journal: "-journal"][ending]
            #expect(before.keys.contains("state.db" + (suffix ?? "")))
            #expect(KineDatabase.logPath(of: file.path.string) == suffix.map { file.path.string + $0 })
            let link = directory.appending("link.db").string
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path.string)
            for path in [file.path.string, link] {
                let kine = KineDatabase(path: path, scratchDirectory: directory.string)
                let keys = try self.seen(kine.keyspace(at: nil))
                #expect(keys.map(\.key) == ["/a"] + (0..<40).map { "/c\($0 + 10)" } + [Self.health.key])
                #expect(keys[0].value == String(repeating: "a", count: 9000))
                #expect(try kine.image(at: nil).revision == 45)
            }
            #expect(try contents(of: place) == before)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory.string)
            #expect(Set(left) == [place.lastComponent?.string ?? "", "link.db"])
        }
    }

    /// A disk that fails while the file or its log is copied gives an error, and never a shorter copy.
    @Test(arguments: [KineFile.Ending.log, .journal])
    func aDiskThatFailsIsAnError(ending: KineFile.Ending) async throws {
        try await withTemporaryDirectory { directory in
            let steps = (0..<40).map { KineFile.Step.put("/c\($0)", String(repeating: "c", count: 3000)) }
            let file = try await KineFile.make(at: directory.appending("state.db"), steps, ending: ending)
            let kine = self.open(file)
            let truth = try self.seen(kine.keyspace(at: nil))
            let counting = FileFault(.stop, after: .max, below: directory.string)
            _ = try kine.keyspace(at: nil)
            let calls = counting.end()
            // What one copy begins with: its blocks are shared, or copied by the kernel, or else read.
            let copies = calls.indices.filter { number in
                calls[number].doing == "copy" && (number == 0 || calls[number - 1].doing != "copy")
            }
            #expect(copies.count == 2)
            for (number, suffix) in zip(copies, ["", ending == .log ? "-wal" : "-journal"]) {
                let fault = FileFault(.stop, after: number, below: directory.string)
                let error = #expect(throws: StorageError.self) { try kine.keyspace(at: nil) }
                fault.end()
                let place = file.path.string + suffix
                #expect(error?.reason == .file(FileError(.system(doing: "read", .ioError), path: place)))
                // Removes what was left.
                _ = try kine.keyspace(at: nil)
            }
            for number in calls.indices {
                let fault = FileFault(.error(.ioError), after: number, below: directory.string)
                defer { fault.end() }
                guard let keyspace = try? kine.keyspace(at: nil) else { continue }
                #expect(try self.seen(keyspace) == truth, "\(calls[number])")
            }
        }
    }

    /// Two keys that are always changed together are never seen apart, however often the log is begun anew.
    @Test func seesOneStateWhileAServerWrites() async throws {
        try await withTemporaryDirectory { directory in
            let file = try await KineFile.make(
                at: directory.appending("state.db"),
                [.put("/a", "0"), .put("/b", "0")]
            )
            let script = """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1], isolation_level=None)
                db.execute('PRAGMA wal_autocheckpoint=8')
                db.execute('PRAGMA synchronous=OFF')
                for number in range(1, 1500):
                    db.execute('BEGIN IMMEDIATE')
                    for name in ['/a', '/b']:
                        db.execute('''INSERT INTO kine(name, created, deleted, create_revision, prev_revision, lease, value)
                            SELECT ?, 0, 0, 3, MAX(id), 0, ? FROM kine''', (name, str(number).encode() + b' ' * 500))
                    db.execute('DELETE FROM kine WHERE id > 2 AND id <= (SELECT MAX(id) FROM kine) - 20')
                    db.execute('COMMIT')
                """
            let writer = try RealPrograms.named("python3").start(["-c", script, file.path.string])
            let kine = self.open(file)
            var states: Set<Int64> = []
            while writer.poll() == nil {
                do {
                    let keys = try self.seen(kine.keyspace(at: nil)).filter { $0.key != Self.health.key }
                    #expect(
                        keys.count == 2 && keys[0].value == keys[1].value && keys[0].mod + 1 == keys[1].mod
                    )
                    states.insert(keys[0].mod)
                } catch let error as StorageError {
                    // That it changes too fast is an answer; that it is damaged would be none.
                    let answers: [StorageError.Reason] = [
                        .kine(.busy), .file(FileError(.changed, path: file.path.string)),
                    ]
                    #expect(answers.contains(error.reason), "\(error)")
                }
            }
            let ending = try await writer.wait()
            #expect(ending.exitCode == 0, "\(ending.errors)")
            #expect(try self.seen(kine.keyspace(at: nil)).first?.value.hasPrefix("1499 ") == true)
        }
    }
}

/// The names in a directory with their files' bytes.
func contents(of directory: FilePath) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.string) {
        contents[name] = try Data(contentsOf: URL(fileURLWithPath: directory.appending(name).string))
    }
    return contents
}
