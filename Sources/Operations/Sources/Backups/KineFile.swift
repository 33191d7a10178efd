import EtcdStorage
import Files
import KineStorage

extension KineDatabase {
    /// kine's file at `path`, or `state.db` in the directory there; nil when there is no database of SQLite's.
    ///
    /// - Throws: `.file` when a directory that is none of etcd's has a `state.db` that cannot be read. A file at `path`
    ///   itself is for the caller to open, whose error will name it.
    init?(at path: String, scratchDirectory: String) throws(StorageError) {
        guard isDirectory(path: path) else {
            guard let file = try? MappedFile(path: path, locking: .none), Self.isSQLite(file) else {
                return nil
            }
            self.init(path: path, scratchDirectory: scratchDirectory)
            return
        }
        let inside = "\(path)/state.db"
        do {
            let file = try MappedFile(path: inside, locking: .none)
            let isSQLite = Self.isSQLite(file)
            try file.checkReadable()
            guard isSQLite else { return nil }
        } catch {
            if error.reason == .missing || DataDirectoryLayout.isDataDirectory(path) { return nil }
            throw StorageError(.file(error), path: inside)
        }
        self.init(path: inside, scratchDirectory: scratchDirectory)
    }

    /// A note when there is a log beside the file that is read with it.
    var logNotes: [SourceNote] { Self.logPath(of: self.path).map { [.kineLog(path: $0)] } ?? [] }
}
