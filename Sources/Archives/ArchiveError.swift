public import Files

/// Why what is in a packed file cannot be had.
///
/// Carries names and sizes only.
public enum ArchiveError: Error, Hashable, Sendable {
    // The file is not what an honest program writes, or not what can be chosen from.
    /// It unpacks to far more than a backup would, and what comes out does not explain why.
    case unpacksToTooMuch(packed: Int, limit: Int)
    /// The names of the entries that may each be the snapshot, the first of them.
    case severalSnapshots([String])
    /// The names of the entries, the first of them; none of them is a snapshot.
    case noSnapshot([String])
    /// An entry whose name leads out of the directory that it is unpacked into.
    case unsafeName(String)
    /// Two places of the file say different things.
    case contradiction(ArchiveFormat, String)
    /// An entry for who has the key.
    case encryptedEntry(String)
    /// What no program that is known here writes for a backup.
    case unsupported(ArchiveFormat, String)
    /// A packed file in a packed file, and so on.
    case tooManyLayers(Int)

    // It was an archive once.
    case damaged(ArchiveFormat, String)

    // This machine cannot unpack it.
    case programMissing(ArchiveFormat)
    case file(FileError)

    /// Whether the file is damaged, not made so.
    public var isDamage: Bool {
        if case .damaged = self { true } else { false }
    }
}

extension ArchiveError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unpacksToTooMuch(let packed, let limit):
            "its \(packed) bytes unpack to more than \(limit), and no database in it says that it is so long"
        case .severalSnapshots(let names):
            "more than one file in it may be the snapshot: \(list(names))"
        case .noSnapshot(let names):
            names.isEmpty ? "there is no file in it" : "no file in it is a snapshot: \(list(names))"
        case .unsafeName(let name):
            "the name of an entry leads out of the archive: \(quoted(name))"
        case .contradiction(let format, let problem): "a \(format) file that contradicts itself: \(problem)"
        case .encryptedEntry(let name): "\(quoted(name)) in it is encrypted with a password"
        case .unsupported(let format, let problem): "\(format.withArticle) file with \(problem)"
        case .tooManyLayers(let count): "packed more than \(count) times over"
        case .damaged(let format, let problem): "\(format.withArticle) file, but damaged: \(problem)"
        case .programMissing(let format):
            "\(format.withArticle) file, and the program \(format) that unpacks it is not installed"
        case .file(let error): error.description
        }
    }
}

private func list(_ names: [String]) -> String {
    let shown = names.prefix(5).map(quoted).joined(separator: ", ")
    return names.count > 5 ? shown + ", …" : shown
}

/// A name as errors show it: of a very long one, which an archive may hold, the beginning.
func quoted(_ name: String) -> String {
    let beginning = String(String.UnicodeScalarView(name.unicodeScalars.prefix(200)))
    return beginning.debugDescription + (beginning.utf8.count < name.utf8.count ? "…" : "")
}
