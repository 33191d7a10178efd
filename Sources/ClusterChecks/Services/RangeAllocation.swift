import FoundationEssentials
import Glibc

/// An IP address as a number.
public struct IPAddress: Hashable, Sendable {
    var isIPv6: Bool
    var number: UInt128

    init(isIPv6: Bool, number: UInt128) {
        self.isIPv6 = isIPv6
        self.number = number
    }

    /// Reads `10.0.0.1` or `fd00::1`; nil when it is neither.
    init?(_ text: String) {
        self.isIPv6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: self.isIPv6 ? 16 : 4)
        guard inet_pton(self.isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        self.number = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

extension IPAddress: Comparable {
    /// Addresses of version 4 come first.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.isIPv6 == right.isIPv6 ? left.number < right.number : !left.isIPv6
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        let count = self.isIPv6 ? 16 : 4
        var bytes = (0..<count).map {
            UInt8(truncatingIfNeeded: self.number >> UInt128(8 * (count - 1 - $0)))
        }
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isDone = text.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                inet_ntop(
                    self.isIPv6 ? AF_INET6 : AF_INET,
                    &bytes,
                    buffer.baseAddress,
                    socklen_t(buffer.count)
                )
                    != nil
            }
        }
        return isDone ? String(decoding: text.prefix { $0 != 0 }, as: UTF8.self) : "?"
    }
}

/// A `RangeAllocation`: which addresses or ports of a range are taken.
///
///     field  meaning
///     range  `10.96.0.0/12`, or `30000-32767`
///     data   a big-endian number; bit i stands for the range's first address + 1 + i, or its first port + i
///
/// Source: kubernetes/kubernetes `pkg/registry/core/service/ipallocator/bitmap.go`,
/// `pkg/registry/core/service/portallocator/allocator.go`.
struct RangeAllocation: Sendable {
    /// An API server takes a network of at most 2^20 addresses, a bit each.
    ///
    /// Source: kubernetes/kubernetes `cmd/kube-apiserver/app/options/validation.go`, `maxCIDRBits`.
    private static let byteLimit = 1 << 17

    private let data: [UInt8]

    /// Reads the text of `data`, base64; nil when it is not, or longer than any API server's.
    init?(base64: String) {
        guard let data = Data(base64Encoded: base64), data.count <= Self.byteLimit else { return nil }
        self.data = Array(data)
    }

    /// The bits that are set, ascending.
    var offsets: [Int] {
        var offsets: [Int] = []
        for (index, byte) in self.data.reversed().enumerated() where byte != 0 {
            for bit in 0..<8 where byte >> bit & 1 == 1 { offsets.append(index * 8 + bit) }
        }
        return offsets
    }

    /// The addresses that are taken in a range such as `10.96.0.0/12`.
    func addresses(in range: String) -> [IPAddress]? {
        let parts = range.split(separator: "/")
        guard let first = parts.first, let base = IPAddress(String(first)) else { return nil }
        return self.offsets.map {
            IPAddress(isIPv6: base.isIPv6, number: base.number &+ 1 &+ UInt128($0))
        }
    }

    /// The ports that are taken in a range such as `30000-32767`; nil when it is not one.
    func ports(in range: String) -> [Int]? {
        guard let first = range.split(separator: "-").first, let base = UInt16(first) else { return nil }
        return self.offsets.map { Int(base) + $0 }.filter { $0 <= UInt16.max }
    }
}
