import KubernetesCodec

/// Between which moments a certificate is valid, read from its bytes alone; nothing of it is verified.
///
///     Certificate     SEQUENCE { tbsCertificate, … }
///     tbsCertificate  SEQUENCE { [0] version OPTIONAL, serialNumber INTEGER, signature SEQUENCE, issuer SEQUENCE,
///                                validity SEQUENCE { notBefore, notAfter }, … }
///     a time          UTCTime YYMMDDhhmmssZ, from 1950 to 2049, or GeneralizedTime YYYYMMDDhhmmssZ
///
/// Source: RFC 5280, section 4.1.
struct CertificateDates: Hashable, Sendable {
    /// Seconds since 1970.
    var notBefore: Int64
    var notAfter: Int64

    /// Reads a certificate in DER; nil for anything else.
    init?(_ bytes: [UInt8]) {
        guard let certificate = DERValue(bytes[...])?.content(of: .sequence),
            let body = DERValue(certificate)?.content(of: .sequence)
        else { return nil }
        var fields = DERValues(body)
        var field = fields.next()
        if field?.tag == .version { field = fields.next() }
        guard field?.tag == .integer, fields.next()?.tag == .sequence, fields.next()?.tag == .sequence,
            let validity = fields.next()?.content(of: .sequence)
        else { return nil }
        var times = DERValues(validity)
        guard let notBefore = times.next()?.time, let notAfter = times.next()?.time else { return nil }
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

extension CertificateDates {
    /// How many certificates of one text are looked at.
    private static let limit = 64

    /// The certificates of a text in PEM; nil for a block that cannot be read.
    ///
    /// Source: RFC 7468.
    static func all(inPEM text: [UInt8]) -> [CertificateDates?] {
        var found: [CertificateDates?] = []
        var rest = text[...]
        while found.count < Self.limit, let start = rest.end(of: Self.beginning) {
            guard let end = rest[start...].start(of: Self.ending) else { return found + [nil] }
            let digits = rest[start..<end].filter { $0 > 0x20 }
            found.append(Base64.decode(digits).flatMap { CertificateDates($0) })
            rest = rest[(end + Self.ending.count)...]
        }
        return found
    }

    private static let beginning = Array("-----BEGIN CERTIFICATE-----".utf8)
    private static let ending = Array("-----END CERTIFICATE-----".utf8)
}

extension ArraySlice<UInt8> {
    /// Where a text begins in these bytes.
    fileprivate func start(of text: [UInt8]) -> Int? {
        var position = self.startIndex
        while self.endIndex - position >= text.count {
            guard let next = self[position...].firstIndex(of: text[0]), self.endIndex - next >= text.count
            else {
                return nil
            }
            if self[next..<next + text.count].elementsEqual(text) { return next }
            position = next + 1
        }
        return nil
    }

    /// Where it ends.
    fileprivate func end(of text: [UInt8]) -> Int? { self.start(of: text).map { $0 + text.count } }
}

/// One value of DER: a tag, and its content.
private struct DERValue {
    enum Tag: UInt8 {
        case integer = 0x02
        case utcTime = 0x17
        case generalizedTime = 0x18
        case sequence = 0x30
        /// `[0]`, constructed.
        case version = 0xA0
    }

    /// Nil for every other tag.
    var tag: Tag?
    var content: ArraySlice<UInt8>

    /// The value at the beginning of some bytes; nil where there is none.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        let first = bytes[bytes.startIndex + 1]
        var start = bytes.startIndex + 2
        var count = Int(first)
        if first >= 0x80 {
            let width = Int(first & 0x7F)
            guard (1...4).contains(width), bytes.endIndex - start >= width else { return nil }
            count = bytes[start..<start + width].reduce(0) { $0 << 8 | Int($1) }
            start += width
        }
        guard bytes.endIndex - start >= count else { return nil }
        self.tag = Tag(rawValue: bytes[bytes.startIndex])
        self.content = bytes[start..<start + count]
    }

    func content(of tag: Tag) -> ArraySlice<UInt8>? { self.tag == tag ? self.content : nil }

    /// Seconds since 1970; nil for what is not a time.
    var time: Int64? {
        let text = String(decoding: self.content, as: UTF8.self)
        switch (self.tag, self.content.count) {
        case (.utcTime, 13):
            guard let year = UInt8(text.prefix(2)) else { return nil }
            return seconds(of: (year < 50 ? "20" : "19") + text)
        case (.generalizedTime, 15): return seconds(of: text)
        default: return nil
        }
    }
}

/// The values that follow each other in some bytes.
private struct DERValues {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.rest = bytes
    }

    mutating func next() -> DERValue? {
        guard let value = DERValue(self.rest) else { return nil }
        self.rest = self.rest[value.content.endIndex...]
        return value
    }
}

/// Seconds since 1970 of `YYYYMMDDhhmmssZ`.
private func seconds(of text: String) -> Int64? {
    let letters = Array(text)
    guard letters.count == 15, letters[14] == "Z" else { return nil }
    func part(_ range: Range<Int>) -> String { String(letters[range]) }
    let date = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
    return rfc3339Time("\(date)T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))Z")?.seconds
}
