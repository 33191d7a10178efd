public import Files

/// Why a bolt file cannot be written from what was given.
///
/// Carries sizes only: never a key or a value, which may be a Secret.
public enum BoltWriterError: Error, Hashable, Sendable {
    /// Buckets, and keys within a bucket, come in strictly ascending order.
    case keysOutOfOrder
    /// bbolt takes keys of 1 to 32,768 bytes.
    case keySize(Int)
    /// bbolt takes values of less than 2 GiB.
    case valueSize(Int)
    /// The operating system refused.
    case file(FileError)
}

extension BoltWriterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .keysOutOfOrder: "a key is not above the one before it"
        case .keySize(let size): "a key of \(size) bytes; bbolt takes 1 to \(BoltWriter.maximumKeySize)"
        case .valueSize(let size):
            "a value of \(size) bytes; bbolt takes up to \(BoltWriter.maximumValueSize)"
        case .file(let error): error.description
        }
    }
}
