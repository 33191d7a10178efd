import Files
import SystemPackage

/// Small text files below a directory that stands for `/`.
struct ConfigurationFiles {
    let root: String

    /// Larger ones are not read.
    private static let largestFile = 1 << 20

    /// The text of a file; nil when there is none, or it is not text.
    ///
    /// - Throws: `.system` when it may not be read.
    func text(of path: String) throws(FileError) -> String? {
        let file: MappedFile
        do {
            file = try MappedFile(path: self.root + path, locking: .none)
        } catch {
            switch error.reason {
            case .missing, .notARegularFile, .system(_, .notDirectory): return nil
            default: throw error
            }
        }
        guard file.byteCount <= Self.largestFile else { return nil }
        return String(validating: try file.contents(), as: UTF8.self)
    }

    /// The names in a directory, in order; none when it is not there.
    ///
    /// - Throws: `.system` when it may not be read.
    func names(in directory: String) throws(FileError) -> [String] {
        let path = self.root + directory
        guard try fileExists(path: path), isDirectory(path: path) else { return [] }
        return try directoryEntries(path: path).sorted()
    }

    func has(_ path: String) -> Bool { (try? fileExists(path: self.root + path)) == true }
}
