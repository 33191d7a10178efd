import Glibc

/// Reads an open file, pipe or terminal from where it stands to its end, portion by portion.
public final class DescriptorReader {
    private let descriptor: CInt
    private let path: String
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)

    /// - Parameters:
    ///   - descriptor: It stays the caller's, and must stay open.
    ///   - path: What errors name.
    public init(_ descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { self.buffer.deallocate() }

    /// The bytes that come next, 1 MiB at most; none at the end.
    ///
    /// They are there until the next call.
    ///
    /// - Throws: `.system`.
    public func next() throws(FileError) -> UnsafeRawBufferPointer {
        let count = try systemCall("read", path: self.path) {
            read(self.descriptor, self.buffer.baseAddress, self.buffer.count)
        }
        return UnsafeRawBufferPointer(rebasing: self.buffer[..<count])
    }
}
