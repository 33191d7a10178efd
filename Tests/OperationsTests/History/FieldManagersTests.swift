import KubernetesCodec
import Testing

@testable import Operations

struct FieldManagersTests {
    private static let fields = """
        "managedFields":[\
        {"manager":"kubectl","operation":"Apply","time":"2026-11-22T13:00:00Z","fieldsV1":{"f:spec":{"f:replicas":{},\
        "f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:image":{}}}}}},\
        {"manager":"kubelet","operation":"Update","subresource":"status","time":"2026-11-22T13:00:10Z",\
        "fieldsV1":{"f:status":{"f:phase":{}}}}]
        """

    private func object(_ fields: String, replicas: Int, image: String, phase: String) throws -> Value {
        let text = """
            {"metadata":{\(fields)},"spec":{"replicas":\(replicas),"containers":[{"name":"web","image":"\(image)"}]},\
            "status":{"phase":"\(phase)"}}
            """
        return try Document(json: Array(text.utf8)).root
    }

    private func managers(from old: Value, to new: Value) -> [String] {
        FieldManagers.ofChange(from: old, to: new, ObjectDifference(from: old, to: new))
    }

    @Test func areAllThatHaveAnEntryInANewObject() throws {
        let object = try self.object(Self.fields, replicas: 1, image: "a", phase: "Running")
        #expect(FieldManagers.all(of: object) == ["kubectl", "kubelet"])
    }

    @Test func areThoseWhoseEntriesHaveANewTime() throws {
        let old = try self.object(Self.fields, replicas: 1, image: "a", phase: "Running")
        let later = Self.fields.replacing("13:00:10Z", with: "13:00:20Z")
        let new = try self.object(later, replicas: 2, image: "a", phase: "Failed")
        #expect(self.managers(from: old, to: new) == ["kubelet"])
    }

    @Test func areThoseThatOwnTheFieldsWhereNoEntryHasANewTime() throws {
        let old = try self.object(Self.fields, replicas: 1, image: "a", phase: "Running")
        let scaled = try self.object(Self.fields, replicas: 2, image: "a", phase: "Running")
        #expect(self.managers(from: old, to: scaled) == ["kubectl"])
        let image = try self.object(Self.fields, replicas: 1, image: "b", phase: "Running")
        #expect(self.managers(from: old, to: image) == ["kubectl"])
        let phase = try self.object(Self.fields, replicas: 1, image: "a", phase: "Failed")
        #expect(self.managers(from: old, to: phase) == ["kubelet"])
        #expect(self.managers(from: old, to: old) == [])
    }

    @Test func areUnknownOfAnObjectWithoutEntries() throws {
        let old = try self.object(#""labels":{}"#, replicas: 1, image: "a", phase: "Running")
        let new = try self.object(#""labels":{}"#, replicas: 2, image: "a", phase: "Running")
        #expect(self.managers(from: old, to: new) == [])
    }
}
