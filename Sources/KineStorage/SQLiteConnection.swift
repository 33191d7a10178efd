import CSQLite
import EtcdStorage

/// A SQLite database that is only read, with everything off that a hostile file could use.
///
/// Views, triggers, virtual tables and functions in its schema are not run, a cell that reaches beyond its page is an
/// error, nothing longer than ``largestValue`` is read, and what a database of its size does not need, no statement does.
///
/// Source: sqlite.org, "Defense Against The Dark Arts".
final class SQLiteConnection {
    fileprivate let handle: OpaquePointer
    /// How many more times SQLite may do ``portion`` steps of its programs.
    private var portionsLeft: Int
    /// The path that errors name.
    let path: String

    /// The longest row, text or value, in bytes.
    ///
    /// kine takes requests of some MiB.
    static let largestValue: Int32 = 64 << 20
    /// The longest statement of a schema, in bytes; kine's have some hundreds.
    private static let longestStatement: Int32 = 1 << 20
    /// Steps of SQLite's programs between two looks at how many there were.
    private static let portion: Int32 = 10_000
    /// Steps that a database may need, whatever its size.
    private static let freeSteps = 1_000_000
    /// Steps that it may need for each of its bytes; a row has more bytes than it takes steps.
    private static let stepsPerByte = 16

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
        self.portionsLeft = (Self.freeSteps + Self.stepsPerByte * place.byteCount) / Int(Self.portion)
        try self.check(code)
        try self.harden()
    }

    deinit { sqlite3_close_v2(self.handle) }

    private func harden() throws(StorageError) {
        sqlite3_extended_result_codes(self.handle, 1)
        self.limitSteps()
        sqlite3_limit(self.handle, SQLITE_LIMIT_LENGTH, Self.largestValue)
        sqlite3_limit(self.handle, SQLITE_LIMIT_SQL_LENGTH, Self.longestStatement)
        sqlite3_limit(self.handle, SQLITE_LIMIT_ATTACHED, 0)
        for (name, on) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
            (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
        ] as [(Int32, Int32)] {
            try self.check(registree_sqlite_switch(self.handle, name, on))
        }
        try self.check(sqlite3_drop_modules(self.handle, nil))
        for pragma in [
            "cell_size_check = ON", "temp_store = MEMORY", "mmap_size = 0", "ignore_check_constraints = ON",
        ] {
            let statement = try self.prepare("PRAGMA \(pragma)")
            while try statement.step() {}
        }
    }

    /// Has SQLite stop at a database that takes more steps than a sound one of its size: the pages of a hostile one may
    /// lead to each other so that a few of them hold rows without end.
    private func limitSteps() {
        let connection = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            self.handle,
            Self.portion,
            { connection in
                guard let connection else { return 1 }
                let this = Unmanaged<SQLiteConnection>.fromOpaque(connection).takeUnretainedValue()
                this.portionsLeft -= 1
                return this.portionsLeft < 0 ? 1 : 0
            },
            connection
        )
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
            case SQLITE_INTERRUPT: .damaged("it takes far more work to read than a sound file of its size")
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

    /// The bytes of the text that the column of this row holds, also of a whole number as text; nil for any other type.
    ///
    /// - Throws: As ``bytes(_:)``.
    func name(_ column: Int32) throws(StorageError) -> [UInt8]? {
        if let number = self.integer(column) { return Array(String(number).utf8) }
        return try self.bytes(column)
    }

    /// Whether a column of this row holds NULL.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.statement, column) == SQLITE_NULL }
}
