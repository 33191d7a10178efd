public import Files

/// The directories where unpacked files may lie, without a name, for as long as they are read.
public struct ScratchPlaces: Sendable {
    /// The first that has room and can be written to is taken.
    public var directories: [String]

    public init(_ directories: [String]) {
        self.directories = directories
    }

    /// Makes a file of mode 0600, which goes with its last holder.
    ///
    /// - Parameter needed: Bytes that it will hold, as far as that is known.
    /// - Returns: The file, without a byte.
    /// - Throws: `FileError` of the first directory: `.noSpace`, or why no file can be made there.
    public func makeFile(for needed: Int) throws(FileError) -> OutputFile {
        var first: FileError?
        for directory in self.directories {
            do {
                try FreeSpace.require(UInt64(clamping: needed), in: directory)
                return try OutputFile(namelessIn: directory)
            } catch {
                first = first ?? error
            }
        }
        throw first ?? FileError(.missing, path: TemporaryFiles.standardDirectory)
    }
}

/// A scratch file while it is filled; it stops before the disk is full.
struct ScratchFile {
    private let file: OutputFile
    private var checkedByteCount = 0

    /// After so many bytes it is asked whether as many more are free.
    private static let portion = 64 << 20

    init(in places: ScratchPlaces, for needed: Int) throws(ArchiveError) {
        do {
            self.file = try places.makeFile(for: needed)
        } catch {
            throw .file(error)
        }
    }

    var byteCount: Int { self.file.byteCount }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        do {
            try self.file.append(bytes.bytes)
            if self.file.byteCount - self.checkedByteCount >= Self.portion {
                try FreeSpace.require(UInt64(Self.portion), in: self.file.path)
                self.checkedByteCount = self.file.byteCount
            }
        } catch {
            throw .file(error)
        }
    }

    func mapped() throws(ArchiveError) -> MappedFile {
        do { return try self.file.mapped() } catch { throw .file(error) }
    }
}
