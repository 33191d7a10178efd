import CFileCalls
import Glibc
import SystemPackage

extension OutputFile {
    /// Makes this file, which must still be empty, a copy of the one at `path`.
    ///
    /// The two share their blocks where the file system can do that; otherwise the kernel copies.
    ///
    /// - Throws: `.shrank` or `.system`.
    public func copyContents(ofFileAt path: String) throws(FileError) {
        let source = try systemCall("open", path: path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { closeQuietly(source) }
        let byteCount = Int(try status(of: FileDescriptor(rawValue: source), path: path).size)
        let refusal = failure(of: "copy", path: self.reportedPath) {
            registree_clone(source, self.descriptor)
        }
        if refusal == nil {
            self.byteCount = byteCount
            return
        }
        while self.byteCount < byteCount {
            let rest = byteCount - self.byteCount
            let copied = try? systemCall("copy", path: self.reportedPath) {
                registree_copy_range(source, self.descriptor, rest)
            }
            guard let copied else { return try self.copyThroughMemory(source, path: path, upTo: byteCount) }
            if copied == 0 { throw FileError(.shrank, path: path) }
            self.byteCount += copied
        }
    }

    /// For kernels and file systems that cannot copy between two files, and to name the cause.
    private func copyThroughMemory(_ source: CInt, path: String, upTo end: Int) throws(FileError) {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { chunk.deallocate() }
        while self.byteCount < end {
            let offset = off_t(self.byteCount)
            let wanted = min(chunk.count, end - self.byteCount)
            let count = try systemCall("read", path: path) {
                pread(source, chunk.baseAddress, wanted, offset)
            }
            if count == 0 { throw FileError(.shrank, path: path) }
            try self.append(UnsafeRawBufferPointer(rebasing: chunk[..<count]).bytes)
        }
    }
}

/// A function of its own, because the method `close` hides the C one.
private func closeQuietly(_ descriptor: CInt) {
    close(descriptor)
}
