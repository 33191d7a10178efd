import KubernetesCodec
import Testing

@testable import KubernetesRegistry

struct ObjectReaderTests {
    /// It can be decoded as it is stored, and nothing can be added to it.
    @Test func showsWhatTheKeySaysOfAnObjectThatIsTooLargeToBeShownAsServed() throws {
        // The object, its metadata, the name and the array are values too.
        let zeros = String(repeating: "0,", count: Limits.nodeCount - 5) + "0"
        let value = #"{"metadata":{"name":"other"},"a":[\#(zeros)]}"#
        let registry = try registry(of: ["/registry/configmaps/x/a"].map { Array($0.utf8) }, value: value)
        let object = try #require(registry.object(atKey: "/registry/configmaps/x/a"))
        var reader = ObjectReader(of: registry, decryption: nil, hidesManagedFields: true)
        let read = try reader.read(object)
        #expect(read.form != nil)
        #expect(read.problem != nil)
        #expect(reader.document.root["metadata", "name"]?.string == "a")
        #expect(reader.document.root["metadata", "namespace"]?.string == "x")
        #expect(reader.document.root["a"] == nil)
    }
}
