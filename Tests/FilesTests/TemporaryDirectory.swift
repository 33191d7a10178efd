import Foundation

/// A directory of its own for one test, gone when the test is.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let name = "registree-\(UUID().uuidString)"
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func callAsFunction(_ name: String) -> String { self.path + "/" + name }

    /// What is there, names only.
    var entries: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.path).sorted() }
    }
}

/// The permission bits of what lies at `path`.
func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

func contents(of path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { [UInt8]($0) }
}
