import SystemPackage

/// The temporary name beside a destination: `.NAME.restore-0123456789abcdef` for a directory,
/// `.NAME.partial-0123456789abcdef` for a file.
///
/// A run that was killed leaves at most such a name behind; ``matches(_:)`` knows it again.
struct StagingName {
    /// The directory in which both names lie; `.` for a bare name.
    let parent: String
    /// What every temporary name for this destination begins with.
    let prefix: String

    private static let randomDigits = 16

    /// - Parameters:
    ///   - destination: The final path; its last component must be an ordinary name.
    ///   - purpose: `restore` or `partial`.
    /// - Throws: `.exists` for `/`, `.` and `..`, which always do.
    init(destination: String, purpose: String) throws(FileError) {
        let path = FilePath(destination)
        guard let last = path.lastComponent, last.kind == .regular else {
            throw FileError(.exists, path: destination)
        }
        let parent = path.removingLastComponent().string
        self.parent = parent.isEmpty ? "." : parent
        // A component may have 255 bytes; what a long name loses here, the random part makes up for.
        var name = last.string
        while name.utf8.count > 200 { name.removeLast() }
        self.prefix = ".\(name).\(purpose)-"
    }

    init(inside directory: String, name: String, purpose: String) {
        self.parent = directory
        self.prefix = "\(name).\(purpose)-"
    }

    /// A path that nobody else has with all likelihood; creating it must still be exclusive.
    func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let padding = String(repeating: "0", count: Self.randomDigits - digits.count)
        return self.parent + "/" + self.prefix + padding + digits
    }

    /// Whether `entry` is a temporary name that an earlier run made for this destination.
    func matches(_ entry: String) -> Bool {
        guard entry.hasPrefix(self.prefix) else { return false }
        let digits = entry.utf8.dropFirst(self.prefix.utf8.count)
        return digits.count == Self.randomDigits
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
