import Glibc
import SystemPackage

/// How much room the file system of a directory has.
public enum FreeSpace {
    /// The bytes that this process may still write below `directory`, which must exist.
    public static func byteCount(in directory: String) throws(FileError) -> UInt64 {
        var status = statvfs()
        try systemCall("examine the file system of", path: directory) { statvfs(directory, &status) }
        if FileFault.isFull(directory) { return 0 }
        let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(
            by: UInt64(status.f_frsize)
        )
        return overflows ? .max : bytes
    }

    /// Throws `.noSpace` when fewer than `needed` bytes are free below `directory`.
    public static func require(_ needed: UInt64, in directory: String) throws(FileError) {
        let free = try self.byteCount(in: directory)
        if free < needed { throw FileError(.noSpace(needed: needed, free: free), path: directory) }
    }
}
