import SystemPackage

/// Everything that comes on standard input.
///
/// - Throws: `Failure` when it is more than `limit` bytes, or cannot be read.
func standardInput(upTo limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = try buffer.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
        guard bytes.count <= limit else {
            throw Failure("standard input has more than \(limit >> 20) MiB", status: .badInput)
        }
    }
}
