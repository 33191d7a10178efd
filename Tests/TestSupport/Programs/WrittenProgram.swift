import Foundation
import Synchronization
public import SystemPackage

/// A program that a test writes, to have it run.
///
/// While a file is open for writing Linux does not run it, and a program that is just being started has every file open
/// that the tests had open then. So nothing is started while a program is written.
public enum WrittenProgram {
    static let lock = Mutex<Void>(())

    /// Writes a script that its owner may run, in place of what is there.
    ///
    /// - Throws: What Foundation says of a file that cannot be written.
    public static func write(_ script: String, to path: FilePath) throws {
        try self.lock.withLock { _ in
            try Data(script.utf8).write(to: URL(filePath: path.string))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
        }
    }

    /// Copies a program, with its permissions.
    ///
    /// - Throws: What Foundation says of a file that cannot be copied.
    public static func copy(_ program: FilePath, to path: FilePath) throws {
        try self.lock.withLock { _ in
            try FileManager.default.copyItem(atPath: program.string, toPath: path.string)
        }
    }
}
