/// Where a directory is built, and what has to be renamed to what in the end.
struct StagingPlace {
    let name: StagingName
    /// What the staged directory is renamed to.
    let finalPath: String
    /// From the staged directory to where the content goes: `` or `/entry`.
    let contentBelow: String

    private let destination: String

    /// - Parameters:
    ///   - destination: The final path.
    ///   - entry: The one name that the directory will hold, if it is to hold one only.
    /// - Throws: `.exists` when the destination is not a directory or may not be there at all.
    init(destination: String, entry: String?) throws(FileError) {
        self.destination = destination
        switch (try DirectoryEntryKind(path: destination), entry) {
        case (.absent, _):
            self.name = try StagingName(destination: destination, purpose: "restore")
            self.finalPath = destination
            self.contentBelow = entry.map { "/" + $0 } ?? ""
        case (.directory, let entry?), (.linkToDirectory, let entry?):
            self.name = StagingName(inside: destination, name: entry, purpose: "partial")
            self.finalPath = destination + "/" + entry
            self.contentBelow = ""
        default: throw FileError(.exists, path: destination)
        }
    }

    /// Throws `.notEmpty` or `.onlyLostAndFound` when the destination holds anything but leftovers of earlier runs, and
    /// `.parentMissing` when there is no directory to build it in.
    func requireFree() throws(FileError) {
        guard self.finalPath != self.destination else {
            guard try fileExists(path: self.name.parent) else {
                throw FileError(.parentMissing, path: self.destination)
            }
            return
        }
        let others = try directoryEntries(path: self.destination).filter { !self.name.matches($0) }
        if others == ["lost+found"] { throw FileError(.onlyLostAndFound, path: self.destination) }
        if !others.isEmpty { throw FileError(.notEmpty, path: self.destination) }
    }
}
