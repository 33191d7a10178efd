import EtcdStorage
import Files
import KineStorage

extension KineDatabase {
    /// kine's file at `path`, or `state.db` in the directory there; nil when there is no database of SQLite's.
    init?(at path: String, scratchDirectory: String) {
        let path = isDirectory(path: path) ? "\(path)/state.db" : path
        guard let file = try? MappedFile(path: path, locking: .none), Self.isSQLite(file) else { return nil }
        self.init(path: path, scratchDirectory: scratchDirectory)
    }

    /// A note when there is a log beside the file that is read with it.
    var logNotes: [SourceNote] { self.logPath.map { [.kineLog(path: $0)] } ?? [] }
}
