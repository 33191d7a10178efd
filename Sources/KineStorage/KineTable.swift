import EtcdStorage

/// kine's table, in which each row is one change of one key.
///
///     column           type     unit / meaning
///     id               integer  revision of the change, ascending; the key of the table
///     name             text     the key
///     created          integer  not 0 when the change created the key
///     deleted          integer  not 0 when it deleted it
///     create_revision  integer  revision that created it; 0 in the row that does so itself
///     prev_revision    integer  revision of the key's change before this one; of `compact_rev_key` the compact revision
///     lease            integer  time to live in seconds; 0 = none
///     value            blob     what is stored
///     old_value        blob     what was stored before; not read here
///
/// A key lives at a revision when the last of its rows up to there does not delete it. A compaction removes the rows that
/// others have replaced, and those that delete, up to its revision; no older state can be shown. The names
/// of ``KineNotes`` are no keys, and a row of name `gap-…` deletes a key that never was. In files of old releases the
/// column of names has the type integer: SQLite keeps a key of digits as a number there, and kine answers that as text.
///
/// Source: k3s-io/kine `pkg/drivers/sqlite/sqlite.go` (`schema`, `CompactSQL`), `pkg/drivers/generic/generic.go`
/// (`ListFmt`, `Fill`), `pkg/logstructured/sqllog/sql.go` (`scan`), `pkg/server/compact.go`.
struct KineTable {
    private let connection: SQLiteConnection
    /// No sound table holds more bytes of names and values than the file has.
    private let byteCount: Int

    private static let columns = [
        "id", "name", "created", "deleted", "create_revision", "prev_revision", "lease", "value",
    ]

    /// Opens the table.
    ///
    /// - Throws: `.kine`: `.noTable`, `.otherTable`, `.damaged` or `.unreadable`.
    init(in place: SQLitePlace) throws(StorageError) {
        self.connection = try SQLiteConnection(place)
        self.byteCount = place.byteCount
        try self.checkSchema()
    }

    private func failure(_ problem: KineProblem) -> StorageError {
        StorageError(.kine(problem), path: self.connection.path)
    }

    /// Throws unless the table is one whose rows lie in the file in order of their ids, with nothing computed.
    private func checkSchema() throws(StorageError) {
        let tables = try self.connection.prepare("PRAGMA main.table_list('kine')")
        guard try tables.step() else { throw self.failure(.noTable) }
        let type = String(decoding: try tables.bytes(2) ?? [], as: UTF8.self)
        guard type == "table" else {
            throw self.failure(.otherTable(type == "view" ? "is a view" : "is a \(type) table"))
        }
        guard tables.integer(4) == 0 else { throw self.failure(.otherTable("has no row ids")) }
        let columns = try self.connection.prepare("PRAGMA main.table_xinfo('kine')")
        var names: Set<String> = []
        while try columns.step() {
            let name = String(decoding: try columns.bytes(1) ?? [], as: UTF8.self).lowercased()
            guard columns.integer(6) == 0 else { throw self.failure(.otherTable("has a computed column")) }
            guard name != "rowid" else { throw self.failure(.otherTable("has a column \(name)")) }
            names.insert(name)
        }
        for name in Self.columns where !names.contains(name) {
            throw self.failure(.otherTable("has no column \(name)"))
        }
    }

    /// Has SQLite look through all pages of the table.
    ///
    /// - Throws: `.kine(.damaged)` with the first thing that was found.
    func checkPages() throws(StorageError) {
        let check = try self.connection.prepare("PRAGMA main.quick_check('kine')")
        while try check.step() {
            let line = String(decoding: try check.bytes(0) ?? [], as: UTF8.self)
            if line != "ok" { throw self.failure(.damaged(line.replacing("\n", with: " "))) }
        }
    }
}

extension KineTable {
    /// What the rows tell without their values.
    struct Summary {
        /// The newest revision; 1 when there was none.
        var newest: Int64 = 1
        /// The oldest revision that can be shown; 0 when nothing was compacted.
        var compacted: Int64 = 0
        /// The revision that is shown.
        var shown: Int64 = 0
        /// The rows of the keys that live at it, ascending.
        var live: [Int64] = []
    }

    /// Reads all rows, and finds those that live at `revision`, or at the newest when it is nil.
    ///
    /// - Throws: `.compacted` or `.futureRevision`; `.kine`.
    func summary(at revision: Int64?) throws(StorageError) -> Summary {
        /// The last row of a key that counts.
        struct Last {
            var id: Int64
            var isDeletion: Bool
        }
        var summary = Summary()
        var last: [[UInt8]: Last] = [:]
        var (previous, nameBytes) = (Int64(0), 0)
        let rows = try self.connection.prepare(
            "SELECT rowid, id, name, deleted, prev_revision FROM main.kine NOT INDEXED"
        )
        while try rows.step() {
            guard let id = rows.integer(0), id > previous, rows.integer(1) == id else {
                let problem = "its id is not a revision that comes after \(previous)"
                throw self.failure(.row(id: rows.integer(0) ?? 0, problem))
            }
            previous = id
            guard let name = try rows.name(2), !name.isEmpty else {
                throw self.failure(.row(id: id, "it names no key"))
            }
            nameBytes += name.count
            guard nameBytes <= self.byteCount else { throw self.failure(.row(id: id, Self.sharedPages)) }
            if KineNotes.names.contains(name) {
                guard name == KineNotes.compaction else { continue }
                summary.compacted = max(summary.compacted, try self.integer(rows, 4, "prev_revision", of: id))
            } else if id <= revision ?? .max {
                let isDeletion = try self.integer(rows, 3, "deleted", of: id) != 0
                last[name] = Last(id: id, isDeletion: isDeletion)
            }
        }
        // The last revisions may have been compacted away.
        summary.newest = max(1, previous, summary.compacted)
        summary.shown = try self.shown(revision, summary)
        summary.live = last.values.filter { !$0.isDeletion }.map(\.id).sorted()
        return summary
    }

    private static let sharedPages = "it shares pages of the file with other rows"

    private func shown(_ revision: Int64?, _ summary: Summary) throws(StorageError) -> Int64 {
        let shown = revision ?? summary.newest
        guard shown <= summary.newest else {
            let reason = StorageError.Reason.futureRevision(asked: shown, current: summary.newest)
            throw StorageError(reason, path: self.connection.path)
        }
        guard shown >= summary.compacted else {
            let reason = StorageError.Reason.compacted(asked: shown, compactRevision: summary.compacted)
            throw StorageError(reason, path: self.connection.path)
        }
        return shown
    }

    /// Hands out the keys of these rows, with their metadata as kine answers it: no versions, and a time for a lease.
    ///
    /// - Throws: `.kine`; what `body` throws.
    func forEachKey(
        of rows: [Int64],
        _ body: (_ key: [UInt8], _ value: [UInt8], KeyMetadata) throws(StorageError) -> Void
    ) throws(StorageError) {
        let row = try self.connection.prepare(
            "SELECT name, value, created, create_revision, lease FROM main.kine NOT INDEXED WHERE rowid = ?"
        )
        var byteCount = 0
        for id in rows {
            try row.begin(with: id)
            guard try self.find(row, id), let key = try row.name(0), !key.isEmpty else {
                throw self.failure(.row(id: id, "it is found only by its neighbours"))
            }
            let value = row.isNull(1) ? [] : try row.bytes(1)
            guard let value else { throw self.failure(.row(id: id, "its value is a number")) }
            byteCount += key.count + value.count
            guard byteCount <= self.byteCount else { throw self.failure(.row(id: id, Self.sharedPages)) }
            let isCreation = try self.integer(row, 2, "created", of: id) != 0
            let metadata = KeyMetadata(
                createRevision: isCreation ? id : try self.integer(row, 3, "create_revision", of: id),
                modRevision: id,
                version: 0,
                lease: try self.integer(row, 4, "lease", of: id)
            )
            try body(key, value, metadata)
        }
    }

    /// Goes to the one row of the statement, whose id errors name.
    private func find(_ row: borrowing SQLiteStatement, _ id: Int64) throws(StorageError) -> Bool {
        do {
            return try row.step()
        } catch {
            guard case .kine(.damaged(let problem)) = error.reason else { throw error }
            throw self.failure(.row(id: id, problem))
        }
    }

    private func integer(
        _ row: borrowing SQLiteStatement,
        _ column: Int32,
        _ name: String,
        of id: Int64
    ) throws(StorageError) -> Int64 {
        guard let number = row.integer(column) else {
            throw self.failure(.row(id: id, "its \(name) is not a whole number"))
        }
        return number
    }
}
