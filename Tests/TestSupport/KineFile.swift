import Foundation
public import SystemPackage

/// A file as kine keeps it, made with kine's own statements by python3's SQLite.
///
/// Source: k3s-io/kine `pkg/drivers/sqlite/sqlite.go` and `pkg/drivers/generic/generic.go`.
public struct KineFile: Sendable {
    public let path: FilePath

    /// What is done to it, in order.
    public enum Step: Sendable {
        /// Creates the key, or changes it; one revision.
        case put(key: [UInt8], value: [UInt8], lease: Int)
        /// Deletes the key, which lives; one revision.
        case delete(key: [UInt8])
        /// Fills a gap of the revisions, as kine does for one that never comes; one revision.
        case fill
        case compact(revision: Int)
        /// Anything else.
        case sql(String)
    }

    /// How the one who wrote it left it.
    public enum Ending: String, Sendable {
        case closed
        /// Killed, with the changes after the first two rows only in the write-ahead log.
        case log
        /// Killed within a change, with what the file held before it in a rollback journal.
        case journal
    }

    /// Makes the file at `path`; its first two rows are kine's note of the compact revision and `/registry/health`.
    ///
    /// - Throws: ``ProgramError`` when python3 cannot be run or SQLite refuses a step.
    public static func make(
        at path: FilePath,
        _ steps: [Step],
        ending: Ending = .closed
    ) async throws -> KineFile {
        let lines = try steps.map { try $0.line }.joined(separator: "\n")
        let script = path.string + ".steps"
        try Data(lines.utf8).write(to: URL(fileURLWithPath: script))
        defer { try? FileManager.default.removeItem(atPath: script) }
        _ = try await RealPrograms.named("python3").succeed(
            ["-c", self.program, path.string, script, ending.rawValue]
        )
        return KineFile(path: path)
    }

    private static let program = """
        import sqlite3, sys, base64, os, json
        path, script, ending = sys.argv[1:]
        db = sqlite3.connect(path, isolation_level=None)
        if ending != 'journal': db.execute('PRAGMA journal_mode=WAL')
        db.execute('''CREATE TABLE IF NOT EXISTS kine (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT,
            created INTEGER, deleted INTEGER, create_revision INTEGER, prev_revision INTEGER, lease INTEGER,
            value BLOB, old_value BLOB)''')
        for index in ['kine_name_index ON kine (name)', 'kine_name_id_index ON kine (name,id)',
                      'kine_id_deleted_index ON kine (id,deleted)', 'kine_prev_revision_index ON kine (prev_revision)',
                      "kine_compact ON kine(id, name, prev_revision) WHERE name != 'compact_rev_key'"]:
            db.execute('CREATE INDEX IF NOT EXISTS ' + index)
        db.execute('CREATE UNIQUE INDEX IF NOT EXISTS kine_name_prev_revision_uindex ON kine (name, prev_revision)')
        db.text_factory = bytes
        def insert(name, created, deleted, create, prev, lease, value):
            db.execute('''INSERT INTO kine(name, created, deleted, create_revision, prev_revision, lease, value, old_value)
                SELECT CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, (SELECT value FROM kine WHERE id = ?)''',
                (name, created, deleted, create, prev, lease, value, prev))
        def last(name):
            return db.execute('''SELECT id, deleted, create_revision, created FROM kine
                WHERE name = CAST(? AS TEXT) ORDER BY id DESC LIMIT 1''', (name,)).fetchone()
        def put(name, value, lease):
            found = last(name)
            if found and not found[1]:
                insert(name, 0, 0, found[0] if found[3] else found[2], found[0], lease, value)
            else: insert(name, 1, 0, 0, found[0] if found else 0, lease, value)
        put(b'compact_rev_key', b'', 0)
        put(b'/registry/health', b'{"health":"true"}', 0)
        if ending == 'log':
            db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
            db.execute('PRAGMA wal_autocheckpoint=0')
        if ending != 'journal': db.execute('BEGIN')
        for line in open(script).read().splitlines():
            step, first, second, lease = json.loads(line)
            if step == 'put': put(base64.b64decode(first), base64.b64decode(second), lease)
            elif step == 'delete':
                found = last(base64.b64decode(first))
                insert(base64.b64decode(first), 0, 1, 0, found[0], 0, None)
            elif step == 'fill':
                number = db.execute('SELECT MAX(id) FROM kine').fetchone()[0] + 1
                db.execute('INSERT INTO kine VALUES(?, ?, 0, 1, 0, 0, 0, NULL, NULL)', (number, 'gap-%d' % number))
            elif step == 'compact':
                db.execute('''DELETE FROM kine AS kv WHERE kv.id IN (
                    SELECT kp.prev_revision AS id FROM kine AS kp
                    WHERE kp.name != 'compact_rev_key' AND kp.prev_revision != 0 AND kp.id <= ?
                    UNION SELECT kd.id AS id FROM kine AS kd WHERE kd.deleted != 0 AND kd.id <= ?)''', (lease, lease))
                db.execute("UPDATE kine SET prev_revision = ? WHERE name = 'compact_rev_key'", (lease,))
            else: db.execute(first)
        if ending != 'journal': db.execute('COMMIT')
        if ending == 'journal':
            db.execute('PRAGMA cache_size=1')
            db.execute('PRAGMA cache_spill=1')
            db.execute('BEGIN')
            db.execute('UPDATE kine SET value = zeroblob(length(value) + 20000), deleted = 1')
        if ending == 'closed': db.close()
        sys.stdout.flush()
        os._exit(0)
        """
}

extension KineFile.Step {
    /// The step as the program reads it.
    fileprivate var line: String {
        get throws {
            switch self {
            case .put(let key, let value, let lease):
                #"["put", "\#(base64(key))", "\#(base64(value))", \#(lease)]"#
            case .delete(let key): #"["delete", "\#(base64(key))", "", 0]"#
            case .fill: #"["fill", "", "", 0]"#
            case .compact(let revision): #"["compact", "", "", \#(revision)]"#
            case .sql(let text):
                #"["sql", \#(String(decoding: try JSONEncoder().encode(text), as: UTF8.self)), "", 0]"#
            }
        }
    }

    /// Creates the key, or changes it.
    public static func put(_ key: String, _ value: String, lease: Int = 0) -> KineFile.Step {
        .put(key: Array(key.utf8), value: Array(value.utf8), lease: lease)
    }

    /// Deletes the key, which lives.
    public static func delete(_ key: String) -> KineFile.Step { .delete(key: Array(key.utf8)) }
}

private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
