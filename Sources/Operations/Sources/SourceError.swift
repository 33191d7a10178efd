public import Files

/// Why no source can be opened, before any file or etcd was asked.
public enum SourceError: Error, Hashable, Sendable {
    /// Both a file and endpoints are named.
    case fileAndEndpoints
    case noSource
    /// This machine has an etcd, but its configuration may not be read.
    case localConfiguration(FileError)
    /// A variable that is not `true` or `false`.
    case variableIsNoBoolean(String)
    /// A variable that is not a time such as `2s`.
    case variableIsNoDuration(String)
    case passwordWithoutUser
    case emptyUserName
    case passwordFileTooLong(path: String)
}
