/// Why a snapshot was not restored, beyond what its file or the file system say themselves.
public enum RestoreError: Error, Hashable, Sendable {
    /// The snapshot ends without a digest.
    case noDigest(path: String)
    /// The snapshot has damage that shows without a digest.
    case unsound(path: String, findings: Int)
    /// What was written does not read back as it should; the disk or this program is at fault.
    case writtenFileDiffers(path: String)
    /// The member's name cannot be a directory's.
    case nameIsNoDirectory(String)
}

extension RestoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noDigest(let path):
            "\(path) has no digest, so damage to it could not be seen"
        case .unsound(let path, let findings):
            "\(path) is damaged: \(findings) findings"
        case .writtenFileDiffers(let path):
            "\(path) does not read back as it was written; nothing was restored"
        case .nameIsNoDirectory(let name):
            "the member name \"\(name)\" cannot be the name of a directory"
        }
    }
}
