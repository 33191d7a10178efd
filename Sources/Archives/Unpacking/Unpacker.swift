public import Files

/// What was in a packed file.
public struct UnpackedFile: Sendable {
    /// It has no name and goes with its last holder.
    public var file: MappedFile
    /// Its name in the tar or zip; some word where it lay in none.
    public var name: String
}

/// Gets the snapshot out of a packed file, whatever it is packed with and however often.
///
///     gzip, zlib   by zlib; gzip also of several members
///     zip          by zlib, stored and deflated entries
///     tar          by hand; packed again in any other way too
///     zstd, xz     by the programs of these names
///
/// Nothing is written but files without a name, and nothing that a file says of itself is believed: sizes, checksums
/// and names are compared with what is there, and what comes out is bounded, see ``UnpackingLimits``.
public struct Unpacker: Sendable {
    /// Where unpacked files lie.
    public var places: ScratchPlaces
    /// Where the programs are looked for.
    public var programDirectories: [String]

    /// A tar in a zstd in a zip, say; more than that nobody packs.
    static let layerLimit = 4
    /// Of a tar that is not packed, in bytes.
    private static let portion = 16 << 20

    private let outputs: StagedOutputs

    public init(
        places: ScratchPlaces,
        programDirectories: [String],
        outputs: StagedOutputs = .process
    ) {
        self.places = places
        self.programDirectories = programDirectories
        self.outputs = outputs
    }

    /// Unpacks a file.
    ///
    /// - Returns: What is in it; nil when it is not packed.
    public func unpack(_ file: MappedFile) throws(ArchiveError) -> UnpackedFile? {
        try self.unpack(file, self.format(of: file))
    }

    /// Unpacks a file of Gardener's whose name says that it is LZW.
    public func unpackLZW(_ file: MappedFile) throws(ArchiveError) -> MappedFile {
        try self.unpack(file, .lzw)?.file ?? file
    }

    private func unpack(
        _ file: MappedFile,
        _ first: ArchiveFormat?
    ) throws(ArchiveError) -> UnpackedFile? {
        guard var format = first else { return nil }
        let limits = UnpackingLimits(packedByteCount: file.byteCount)
        var current = file
        for _ in 0..<Self.layerLimit {
            let picker = SnapshotPicker(self.places, limits)
            try self.read(current, format, into: picker, limits)
            let unpacked = try picker.finish()
            current = unpacked.file
            guard let next = self.format(of: current) else { return unpacked }
            format = next
        }
        throw .tooManyLayers(Self.layerLimit)
    }

    /// The names of the files in a packed tar, the first of very many; nothing is kept of their content.
    public func names(in file: MappedFile) throws(ArchiveError) -> [String] {
        guard let format = self.format(of: file) else { return [] }
        let limits = UnpackingLimits(packedByteCount: file.byteCount)
        let list = NameList(limits)
        try self.read(file, format, into: list, limits)
        return list.names
    }

    /// Keeps what comes from standard input, say.
    ///
    /// - Parameters:
    ///   - descriptor: It is read to its end.
    ///   - name: What errors name.
    /// - Returns: What came.
    /// - Throws: `.file`.
    public func spool(_ descriptor: CInt, named name: String) throws(ArchiveError) -> MappedFile {
        var file = try ScratchFile(in: self.places, for: 0)
        let reader = DescriptorReader(descriptor, path: name)
        while true {
            let part: UnsafeRawBufferPointer
            do { part = try reader.next() } catch { throw .file(error) }
            if part.isEmpty { return try file.mapped() }
            try file.append(part)
        }
    }

    private func format(of file: MappedFile) -> ArchiveFormat? {
        file.withBytes { bytes in bytes.withUnsafeBytes { ArchiveFormat(beginning: $0) } }
    }

    /// Reads one layer.
    private func read(
        _ file: MappedFile,
        _ format: ArchiveFormat,
        into receiver: any EntryReceiver,
        _ limits: UnpackingLimits
    ) throws(ArchiveError) {
        var failure: ArchiveError?
        file.withBytes { span in
            span.withUnsafeBytes { bytes in
                do throws(ArchiveError) {
                    try self.read(bytes, of: file, format, into: receiver, limits)
                } catch {
                    failure = error
                }
            }
        }
        // That the file changed meanwhile is the cause, whatever it looked like.
        do { try file.checkUnchanged() } catch { throw .file(error) }
        if let failure { throw failure }
    }

    private func read(
        _ bytes: UnsafeRawBufferPointer,
        of file: MappedFile,
        _ format: ArchiveFormat,
        into receiver: any EntryReceiver,
        _ limits: UnpackingLimits
    ) throws(ArchiveError) {
        let zip = format == .zip ? try ZipArchive(bytes) : nil
        let hint = zip?.snapshot.byteCount ?? (format == .gzip ? GzipFile.hint(bytes) : bytes.count)
        let name = zip?.snapshot.name ?? "the unpacked file"
        var content = ContentStream(receiver, limits, name: name, hint: hint)
        switch format {
        case .gzip, .zlib:
            try GzipFile.unpack(bytes, format) { (part) throws(ArchiveError) in try content.append(part) }
        case .zip:
            try zip?.unpackSnapshot { (part) throws(ArchiveError) in try content.append(part) }
        case .zstd, .xz:
            let program = try UnpackingProgram(for: format, in: self.programDirectories)
            try program.unpack(file, outputs: self.outputs) { (part) throws(ArchiveError) in
                try content.append(part)
            }
        case .tar:
            for start in stride(from: 0, to: bytes.count, by: Self.portion) {
                let part = bytes[start..<min(start + Self.portion, bytes.count)]
                try content.append(UnsafeRawBufferPointer(rebasing: part))
            }
        case .lzw:
            let isWhole = try LZW.unpack(bytes) { (part) throws(ArchiveError) in try content.append(part) }
            if !isWhole { throw .damaged(.lzw, "it is cut short or changed") }
        }
        try content.finish()
    }
}
