import EtcdStorage
import Files
import Glibc
import SystemPackage

/// A snapshot that was taken before, and how many live keys it has.
public struct EarlierSnapshot: Hashable, Sendable {
    public var path: String
    public var totalKeys: Int

    /// Finds the file in `directory` that was written last; nil when there is none that can be read.
    ///
    /// - Parameters:
    ///   - directory: Where to look; not below it.
    ///   - beginning: How the names begin that count; all end in `.db`.
    init?(newestIn directory: String, named beginning: String) {
        let names = (try? directoryEntries(path: directory)) ?? []
        let files = names.filter { $0.hasPrefix(beginning) && $0.hasSuffix(".db") && !$0.hasPrefix(".") }
            .map { directory == "." ? $0 : FilePath(directory).appending($0).string }
        let dated = files.compactMap { path in writtenAt(path).map { (path: path, time: $0) } }
        guard let newest = dated.max(by: { ($0.time, $0.path) < ($1.time, $1.path) }) else { return nil }
        do {
            self.totalKeys = try EtcdDatabase(path: newest.path).totalKeys()
            self.path = newest.path
        } catch {
            return nil
        }
    }
}

/// When a regular file was last written to, in nanoseconds since 1970; nil for anything else, and for what is too short
/// for two meta pages.
private func writtenAt(_ path: String) -> Int128? {
    guard let status = try? Stat(path), status.type == .regular, status.size >= 1024 else { return nil }
    return Int128(status.st_mtim.tv_sec) * 1_000_000_000 + Int128(status.st_mtim.tv_nsec)
}
