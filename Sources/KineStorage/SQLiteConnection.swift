import CSQLite
import EtcdStorage

/// A SQLite database that is only read, with everything off that a hostile file could use.
///
/// Views, triggers and functions in its schema are not run, a cell that reaches beyond its page is an error, and nothing
/// longer than ``largestValue`` is read.
///
/// Source: sqlite.org, "Defense Against The Dark Arts".
final class SQLiteConnection {
    fileprivate let handle: OpaquePointer
    /// The path that errors name.
    let path: String

    /// The longest row, text or value, in bytes.
    ///
    /// kine takes requests of some MiB.
    static let largestValue: Int32 = 64 << 20

    /// Opens the database that `place` leads to.
    ///
    /// - Throws: `.kine` (`.damaged`, `.unreadable`).
    init(_ place: SQLitePlace) throws(StorageError) {
        let access = place.isCopy ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(place.uri, &handle, access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle else { throw StorageError(.kine(.unreadable("out of memory")), path: place.path) }
        self.handle = handle
        self.path = place.path
        try self.check(code)
        try self.harden()
    }

    deinit { sqlite3_close_v2(self.handle) }

    private func harden() throws(StorageError) {
        sqlite3_extended_result_codes(self.handle, 1)
        sqlite3_limit(self.handle, SQLITE_LIMIT_LENGTH, Self.largestValue)
        sqlite3_limit(self.handle, SQLITE_LIMIT_ATTACHED, 0)
        for (name, on) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
            (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
        ] as [(Int32, Int32)] {
            try self.check(registree_sqlite_switch(self.handle, name, on))
        }
        for pragma in [
            "cell_size_check = ON", "temp_store = MEMORY", "mmap_size = 0", "ignore_check_constraints = ON",
        ] {
            let statement = try self.prepare("PRAGMA \(pragma)")
            while try statement.step() {}
        }
    }

    /// Makes one statement ready.
    ///
    /// - Throws: `.kine` (`.damaged`, `.unreadable`).
    func prepare(_ text: String) throws(StorageError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(self.handle, text, -1, &statement, nil)
        try self.check(code)
        guard let statement else { throw StorageError(.kine(.unreadable("no statement")), path: self.path) }
        return SQLiteStatement(statement, of: self)
    }

    /// Throws what a code of SQLite's stands for, unless it is that of success.
    fileprivate func check(_ code: Int32) throws(StorageError) {
        guard code & 0xFF != SQLITE_OK else { return }
        let words = String(cString: sqlite3_errmsg(self.handle))
        let problem: KineProblem =
            switch code & 0xFF {
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_ERROR, SQLITE_SCHEMA: .damaged(words)
            case SQLITE_TOOBIG: .damaged("longer than \(Self.largestValue >> 20) MiB")
            default: .unreadable(words)
            }
        throw StorageError(.kine(problem), path: self.path)
    }
}

/// A statement of SQLite's, run row by row.
struct SQLiteStatement: ~Copyable {
    private let statement: OpaquePointer
    private let connection: SQLiteConnection

    fileprivate init(_ statement: OpaquePointer, of connection: SQLiteConnection) {
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(self.statement) }

    /// Begins again from the first row, with `number` for the only parameter.
    func begin(with number: Int64) throws(StorageError) {
        sqlite3_reset(self.statement)
        try self.connection.check(sqlite3_bind_int64(self.statement, 1, number))
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    /// - Throws: `.kine` (`.damaged`, `.unreadable`).
    func step() throws(StorageError) -> Bool {
        let code = sqlite3_step(self.statement)
        if code == SQLITE_ROW { return true }
        if code != SQLITE_DONE { try self.connection.check(code) }
        return false
    }

    /// The whole number in a column of this row; nil for any other type.
    func integer(_ column: Int32) -> Int64? {
        guard sqlite3_column_type(self.statement, column) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(self.statement, column)
    }

    /// The bytes of the text, in UTF-8, or of the blob in a column of this row; nil for any other type.
    ///
    /// - Throws: `.kine` (`.unreadable`) when there is no memory for them.
    func bytes(_ column: Int32) throws(StorageError) -> [UInt8]? {
        let start: UnsafeRawPointer?
        switch sqlite3_column_type(self.statement, column) {
        case SQLITE_TEXT: start = sqlite3_column_text(self.statement, column).map { UnsafeRawPointer($0) }
        case SQLITE_BLOB: start = sqlite3_column_blob(self.statement, column)
        default: return nil
        }
        let count = Int(sqlite3_column_bytes(self.statement, column))
        guard let start, count > 0 else {
            let code = sqlite3_errcode(self.connection.handle)
            if code & 0xFF == SQLITE_NOMEM { try self.connection.check(code) }
            return []
        }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether a column of this row holds NULL.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.statement, column) == SQLITE_NULL }
}
