import EtcdStorage
import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// How large the fields of stored objects are.
struct FieldSizesTests {
    private func sizes(of json: String, storedByteCount: Int? = nil) -> FieldSizes {
        var sizes = FieldSizes()
        let bytes = Array(json.utf8)
        sizes.add(bytes.span.bytes, storedByteCount: storedByteCount ?? bytes.count)
        return sizes
    }

    private func table(_ sizes: FieldSizes) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: sizes.fields.map { ($0.path, $0.byteCount) })
    }

    @Test func countsTheFieldsOfAnObjectInJSON() {
        let name = #""name":"x","#
        let entry = #"{"manager":"kubectl","operation":"Apply"}"#
        let managed = #""managedFields":[\#(entry)]"#
        let spec = #""spec":{"a":1}"#
        let sizes = self.sizes(of: #"{"metadata":{\#(name)\#(managed)},\#(spec)}"#)
        let found = self.table(sizes)
        #expect(found["metadata.name"] == name.utf8.count)
        #expect(found["metadata.managedFields"] == managed.utf8.count)
        #expect(found["metadata"] == #""metadata":{},"#.utf8.count)
        #expect(found["spec.a"] == #""a":1"#.utf8.count)
        #expect(found["spec"] == #""spec":{}"#.utf8.count)
        #expect(found["(envelope)"] == 2)
        let manager = sizes.fieldManagers.first
        #expect(sizes.fieldManagers.count == 1)
        #expect(manager?.name == "kubectl")
        #expect(manager?.entryCount == 1)
        #expect(manager?.byteCount == entry.utf8.count)
        #expect(sizes.fields.reduce(0) { $0 + $1.byteCount } == sizes.byteCount)
    }

    /// The same object as CBOR has the same fields.
    @Test func countsTheFieldsOfAnObjectInCBOR() throws {
        let copy = #""kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}\n""#
        let metadata =
            #"{"name":"x","annotations":{\#(copy),"b":"c"},"managedFields":[{"manager":"kubectl"},{}]}"#
        let json =
            #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":\#(metadata),"spec":{"a":[1,2]}}"#
        let bytes = try ObjectEncoder.encode(Document(json: Array(json.utf8)), as: .cbor)
        var sizes = FieldSizes()
        sizes.add(bytes.span.bytes, storedByteCount: bytes.count)
        #expect(Set(sizes.fields.map(\.path)) == Set(self.sizes(of: json).fields.map(\.path)))
        #expect(sizes.fields.reduce(0) { $0 + $1.byteCount } == bytes.count)
        // A name of one byte and an array of two small integers, each with its head.
        #expect(self.table(sizes)["spec.a"] == 2 + 3)
        #expect(sizes.fieldManagers.map(\.name) == ["kubectl", ""])
        for end in 0..<bytes.count {
            var cut = FieldSizes()
            cut.add(bytes.span.bytes.extracting(0..<end), storedByteCount: end)
            #expect(cut.fields.reduce(0) { $0 + $1.byteCount } == end)
        }
    }

    @Test func setsKubectlsCopyApartFromTheOtherAnnotations() {
        let copy = #""kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}\n","#
        let sizes = self.sizes(of: #"{"metadata":{"annotations":{\#(copy)"b":"c"}}}"#)
        #expect(sizes.lastAppliedByteCount == copy.utf8.count)
        let path = "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"
        #expect(self.table(sizes)[path] == copy.utf8.count)
    }

    @Test func saysWhatEncryptionAdds() {
        let sizes = self.sizes(of: #"{"a":1}"#, storedByteCount: 100)
        #expect(self.table(sizes) == ["a": 5, "(envelope)": 2, "(encryption)": 93])
        #expect(sizes.byteCount == 100)
    }

    @Test(arguments: [
        "", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[[[[", "{\"a\":{\"b\":\"\\", "[1]", "{}}}}",
        "{\"a\":}",
        "{\"metadata\":{\"annotations\":[],\"managedFields\":{}}}",
        "{\"metadata\":{\"managedFields\":[{\"manager\":1},7,[]]}}",
    ])
    func countsAllBytesOfWhatIsNoObject(text: String) {
        let sizes = self.sizes(of: text)
        #expect(sizes.fields.reduce(0) { $0 + $1.byteCount } == text.utf8.count)
    }

    @Test func staysSmallWhereEveryObjectHasNamesOfItsOwn() {
        var sizes = FieldSizes()
        for number in 0..<20_000 {
            let bytes = Array("{\"field\(number)\":{\"inner\(number)\":1}}".utf8)
            sizes.add(bytes.span.bytes, storedByteCount: bytes.count)
        }
        #expect(sizes.fields.count < 5000)
        #expect(sizes.fields.reduce(0) { $0 + $1.byteCount } == sizes.byteCount)
        let long = String(repeating: "n", count: 10_000)
        #expect(self.sizes(of: "{\"\(long)\":1}").fields.map(\.path).contains("(others)"))
    }

    @Test func staysSmallWhereNamesAreCombinedInManyWays() {
        var sizes = FieldSizes()
        for outer in 0..<300 {
            let members = (0..<100).map { "\"inner\($0)\":1" }.joined(separator: ",")
            let bytes = Array("{\"outer\(outer)\":{\(members)}}".utf8)
            sizes.add(bytes.span.bytes, storedByteCount: bytes.count)
        }
        let copy = #""kubectl.kubernetes.io/last-applied-configuration":"{}""#
        let bytes = Array(#"{"metadata":{"annotations":{\#(copy)}}}"#.utf8)
        sizes.add(bytes.span.bytes, storedByteCount: bytes.count)
        var sum = FieldSizes()
        sum.add(sizes)
        for found in [sizes, sum] {
            #expect((16_384...16_385).contains(found.fields.count))
            #expect(found.fields.reduce(0) { $0 + $1.byteCount } == found.byteCount)
            #expect(found.lastAppliedByteCount == copy.utf8.count)
        }
    }

    @Test(arguments: ["cluster-1.36/with-history.db", "codec/cbor-json-encrypted.db"])
    func addsUpToTheStoredValuesOfARealCluster(name: String) throws {
        let database = try EtcdDatabase(path: Repository.fixture(name).string)
        let keyspace = try database.keyspace()
        var (all, halves) = (FieldSizes(), [FieldSizes(), FieldSizes()])
        var managed = 0
        var decoder = ObjectDecoder()
        for position in 0..<keyspace.count {
            try keyspace.withRecord(of: keyspace[position]) { _, value in
                guard EncryptedValue(value) == nil else {
                    all.addEncrypted(byteCount: value.byteCount)
                    return halves[position % 2].addEncrypted(byteCount: value.byteCount)
                }
                all.add(value, storedByteCount: value.byteCount)
                halves[position % 2].add(value, storedByteCount: value.byteCount)
                guard (try? decoder.decode(value, in: 0..<value.byteCount)) != nil else { return }
                managed += decoder.document.root["metadata", "managedFields"]?.count ?? 0
            }
        }
        #expect(all.fields.reduce(0) { $0 + $1.byteCount } == all.byteCount)
        #expect(all.fieldManagers.reduce(0) { $0 + $1.entryCount } >= managed * 9 / 10)
        halves[0].add(halves[1])
        #expect(halves[0].fields == all.fields)
        #expect(halves[0].fieldManagers == all.fieldManagers)
    }

    /// An object that is stored without its managed fields is smaller by what was counted for them, but for the
    /// lengths of what is around.
    @Test func countsManagedFieldsAsTheEncoderWritesThem() throws {
        let database = try EtcdDatabase(path: Repository.fixture("cluster-1.36/with-history.db").string)
        let keyspace = try database.keyspace()
        var (compared, decoder) = (0, ObjectDecoder(hidesManagedFields: true))
        for position in 0..<keyspace.count {
            try keyspace.withRecord(of: keyspace[position]) { _, value in
                guard Encoding(of: value, in: 0..<value.byteCount) == .protobuf,
                    (try? decoder.decode(value, in: 0..<value.byteCount)) != nil,
                    let bytes = try? ObjectEncoder.encode(decoder.document, as: .protobuf)
                else { return }
                var sizes = FieldSizes()
                sizes.add(value, storedByteCount: value.byteCount)
                let rest = value.byteCount - sizes.managedFieldsByteCount - bytes.count
                #expect((0...8).contains(rest))
                compared += 1
            }
        }
        #expect(compared > 500)
    }
}
