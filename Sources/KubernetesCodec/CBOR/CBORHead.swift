/// The first byte of a CBOR item and its argument.
///
/// Source: RFC 8949, section 3.
struct CBORHead {
    var first: UInt8
    var argument: UInt64

    var major: UInt8 { self.first >> 5 }

    /// Whether a break ends the item.
    var isIndefinite: Bool { self.first & 31 == 31 }

    /// The value of an item of major type 0 or 1.
    ///
    /// - Throws: `.malformed` when no `Int64` holds it, as Kubernetes refuses it.
    func integer(at position: Int) throws(CodecError) -> Int64 {
        guard self.argument <= UInt64(Int64.max) else {
            throw CodecError(.malformed("an integer in CBOR is larger than 64 bits"), at: position)
        }
        let value = Int64(self.argument)
        return self.major == 0 ? value : -1 - value
    }

    /// The value of a floating-point number; nil for other items of major type 7.
    var float: Double? {
        switch self.first {
        case 0xF9: Double(halfBits: UInt16(truncatingIfNeeded: self.argument))
        case 0xFA: Double(Float(bitPattern: UInt32(truncatingIfNeeded: self.argument)))
        case 0xFB: Double(bitPattern: self.argument)
        default: nil
        }
    }
}

extension Double {
    /// The value of 16 bits: sign 1, exponent 5, significand 10.
    ///
    /// Source: IEEE 754, binary16; RFC 8949, appendix D.
    init(halfBits bits: UInt16) {
        let exponent = Int(bits >> 10 & 31)
        let significand = Double(bits & 0x3FF)
        let magnitude: Double =
            switch exponent {
            case 0: significand * 0x1p-24
            case 31: significand == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 25, significand: significand + 1024)
            }
        self = bits >> 15 == 0 ? magnitude : -magnitude
    }

    /// The 16 bits of that value; nil when they cannot hold it exactly.
    var halfBits: UInt16? {
        let sign: UInt16 = self.sign == .minus ? 0x8000 : 0
        if self == 0 { return sign }
        // 65,504 is the largest, 2^-14 the smallest with all 11 bits.
        guard self.isFinite, self.magnitude <= 65504 else { return nil }
        let exponent = Swift.max(Int(self.exponent), -14)
        let scaled = Double(sign: .plus, exponent: 10 - exponent, significand: self.magnitude)
        guard scaled == scaled.rounded() else { return nil }
        let bits = scaled >= 1024 ? (exponent + 14) << 10 : 0
        return sign | UInt16(bits + Int(scaled))
    }
}
