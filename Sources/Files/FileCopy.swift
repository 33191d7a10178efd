import CFileCalls
import Glibc
import SystemPackage

extension OutputFile {
    /// Makes this file, which must still be empty, a copy of the one at `path`.
    ///
    /// The two share their blocks where the file system can do that; otherwise the kernel copies.
    ///
    /// - Throws: `.missing` or `.system`.
    public func copyContents(ofFileAt path: String) throws(FileError) {
        let source = try systemCall("open", path: path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { closeQuietly(source) }
        var status = stat()
        try systemCall("examine", path: path) { fstat(source, &status) }
        if registree_clone(source, self.descriptor) == 0 {
            self.byteCount = Int(status.st_size)
            return
        }
        while self.byteCount < Int(status.st_size) {
            let copied = registree_copy_range(source, self.descriptor, Int(status.st_size) - self.byteCount)
            if copied > 0 {
                self.byteCount += copied
            } else if copied == 0 {
                throw FileError(.shrank, path: path)
            } else if errno != EINTR {
                try self.copyThroughMemory(source, path: path)
                return
            }
        }
    }

    /// For kernels and file systems that cannot copy between two files, and to name the cause.
    private func copyThroughMemory(_ source: CInt, path: String) throws(FileError) {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { chunk.deallocate() }
        while true {
            let offset = off_t(self.byteCount)
            let count = try systemCall("read", path: path) {
                pread(source, chunk.baseAddress, chunk.count, offset)
            }
            if count == 0 { return }
            try self.append(UnsafeRawBufferPointer(rebasing: chunk[..<count]).bytes)
        }
    }
}

/// A function of its own, because the method `close` hides the C one.
private func closeQuietly(_ descriptor: CInt) {
    close(descriptor)
}
