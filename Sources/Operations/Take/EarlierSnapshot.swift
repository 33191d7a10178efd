import EtcdStorage
import Files
import FoundationEssentials
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
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let files = names.filter { $0.hasPrefix(beginning) && $0.hasSuffix(".db") && !$0.hasPrefix(".") }
            .map { directory == "." ? $0 : FilePath(directory).appending($0).string }
        let dated = files.compactMap { path in writtenAt(path).map { (path: path, date: $0) } }
        guard let newest = dated.max(by: { ($0.date, $0.path) < ($1.date, $1.path) }) else { return nil }
        do {
            self.totalKeys = try EtcdDatabase(path: newest.path).totalKeys()
            self.path = newest.path
        } catch {
            return nil
        }
    }
}

/// When a regular file was last written to; nil for anything else, and for what is too short for two meta pages.
private func writtenAt(_ path: String) -> Date? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
        attributes[.type] as? FileAttributeType == .typeRegular,
        let size = attributes[.size] as? Int, size >= 1024
    else { return nil }
    return attributes[.modificationDate] as? Date
}
