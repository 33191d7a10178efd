import EtcdStorage
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

struct CBORTests {
    /// Items of RFC 8949, appendix A; what Kubernetes makes of them as JSON and as CBOR again.
    @Test(arguments: [
        ("00", "0", "00"), ("17", "23", "17"), ("1818", "24", "1818"), ("1903e8", "1000", "1903e8"),
        ("1a000f4240", "1000000", "1a000f4240"),
        ("1b000000e8d4a51000", "1000000000000", "1b000000e8d4a51000"),
        ("1b7fffffffffffffff", "9223372036854775807", "1b7fffffffffffffff"),
        ("20", "-1", "20"), ("3863", "-100", "3863"), ("3903e7", "-1000", "3903e7"),
        ("3b7fffffffffffffff", "-9223372036854775808", "3b7fffffffffffffff"),
        ("f90000", "0", "f90000"), ("f98000", "-0", "f98000"), ("f93c00", "1", "f93c00"),
        ("fb3ff199999999999a", "1.1", "fb3ff199999999999a"), ("f93e00", "1.5", "f93e00"),
        ("f97bff", "65504", "f97bff"), ("fa47c35000", "100000", "fa47c35000"),
        ("fa7f7fffff", "3.4028234663852886e+38", "fa7f7fffff"),
        ("fb7e37e43c8800759c", "1e+300", "fb7e37e43c8800759c"),
        ("f90001", "5.960464477539063e-8", "f90001"), ("f90400", "0.00006103515625", "f90400"),
        ("f903ff", "0.00006097555160522461", "f903ff"), ("f9c400", "-4", "f9c400"),
        ("fbc010666666666666", "-4.1", "fbc010666666666666"), ("fa3f800000", "1", "f93c00"),
        ("f4", "false", "f4"), ("f5", "true", "f5"), ("f6", "null", "f6"),
        (
            "c074323031332d30332d32315432303a30343a30305a", #""2013-03-21T20:04:00Z""#,
            "54323031332d30332d32315432303a30343a30305a"
        ),
        ("c11a514b67b0", #""2013-03-21T20:04:00Z""#, "54323031332d30332d32315432303a30343a30305a"),
        (
            "c1fb41d452d9ec200000", #""2013-03-21T20:04:00.5Z""#,
            "56323031332d30332d32315432303a30343a30302e355a"
        ),
        ("c100", #""1970-01-01T00:00:00Z""#, "54313937302d30312d30315430303a30303a30305a"),
        ("c120", #""1969-12-31T23:59:59Z""#, "54313936392d31322d33315432333a35393a35395a"),
        ("d74401020304", #""01020304""#, "483031303230333034"),
        ("d6420102", #""AQI=""#, "44415149 3d"), ("d542fbff", #""-_8""#, "432d5f38"),
        ("d682414182d54141d74141", #"["QQ==",["QQ","41"]]"#, "824451513d3d8242515142 3431"),
        ("d818456449455446", #""dIETF""#, "456449455446"), ("40", #""""#, "40"), ("60", #""""#, "40"),
        ("62c3bc", #""ü""#, "42c3bc"), ("64f0908591", #""𐅑""#, "44f0908591"), ("80", "[]", "80"),
        ("8301820203820405", "[1,[2,3],[4,5]]", "8301820203820405"), ("a0", "{}", "a0"),
        ("a26161016162820203", #"{"a":1,"b":[2,3]}"#, "a24161014162820203"),
        ("a2426161014162f5", #"{"aa":1,"b":true}"#, "a24162f542616101"),
        ("5f42010243030405ff", #""\u0001\u0002\u0003\u0004\u0005""#, "450102030405"),
        ("7f657374726561646d696e67ff", #""streaming""#, "4973747265616d696e67"), ("9fff", "[]", "80"),
        ("9f018202039f0405ffff", "[1,[2,3],[4,5]]", "8301820203820405"),
        ("bf6346756ef563416d7421ff", #"{"Amt":-2,"Fun":true}"#, "a243416d74214346756ef5"),
        ("d9d9f7d9d9f7f5", "true", "f5"),
    ])
    func readsAndWritesAsKubernetesDoes(_ hex: String, _ json: String, _ again: String) throws {
        let document = try Document(cbor: bytes(hex))
        var text = JSONWriter()
        text.write(document)
        #expect(String(decoding: text.bytes, as: UTF8.self) == json)
        var writer = CBORWriter()
        try writer.write(document)
        #expect(writer.bytes == CBORWriter.selfDescribedTag + bytes(again))
    }

    @Test(arguments: [
        "", "1bffffffffffffffff", "3bffffffffffffffff", "c249010000000000000000", "f97c00", "f97e00",
        "fa7f800000", "fbfff0000000000000", "f7", "f0", "f8ff", "f814", "a201020304", "a2416101416102",
        "a24161016161 02", "18", "1c", "1f", "ff", "3f", "df00", "42 61", "61ff", "62c328",
        "5b7fffffffffffffff",
        "5bffffffffffffffff", "9b0000000100000000", "bb00000001000000006161", "81", "9f01", "5f6161ff",
        "5f5f4161ffff",
        "0000", "c001", "c061", "c06178", "c141", "c1fb7e37e43c8800759c", "c11b7fffffffffffffff", "bf6161ff",
    ])
    func refuses(_ hex: String) {
        #expect(throws: CodecError.self) { try Document(cbor: bytes(hex)) }
    }

    @Test func limitsDepth() throws {
        let deep = { (depth: Int) in [UInt8](repeating: 0x81, count: depth) + [0xF6] }
        _ = try Document(cbor: deep(Limits.depth))
        #expect(throws: CodecError(.tooLarge("128 levels of CBOR"), at: 128)) {
            try Document(cbor: deep(Limits.depth + 1))
        }
        #expect(throws: CodecError.self) { try Document(cbor: [UInt8](repeating: 0x9F, count: 1 << 20)) }
        _ = try Document(cbor: [UInt8](repeating: 0xC6, count: 1 << 20) + [0xF6])
    }

    @Test func refusesEveryTruncation() throws {
        let whole = bytes("d9d9f7a2426161d6420102 416283f93e00fb3ff199999999999a5f4101ff")
        _ = try Document(cbor: whole)
        for count in 0..<whole.count {
            #expect(throws: CodecError.self) { try Document(cbor: Array(whole[..<count])) }
        }
    }

    @Test func writesBackTheIdenticalBytesOfAnAPIServer() throws {
        let path = Repository.fixture("codec/cbor-json-encrypted.db").string
        let keyspace = try EtcdDatabase(path: path).keyspace(at: nil)
        var values: [[UInt8]] = []
        try keyspace.forEachRecord(at: 0..<keyspace.count) { _, _, value in
            values.append(value.withUnsafeBytes { Array($0) })
        }
        let stored = values.filter { $0.starts(with: CBORWriter.selfDescribedTag) }
        #expect(stored.count == 2)
        for value in stored {
            var writer = CBORWriter()
            try writer.write(try Document(cbor: value))
            #expect(writer.bytes == value)
        }
    }
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
