import ClusterChecks
import Foundation
import Presentation
import Testing

/// Addresses and node ports of services against what is allocated.
struct ServiceCheckTests {
    private func service(_ name: String, _ address: String, port: Int = 0) -> (String, String) {
        let ports = port > 0 ? "[{\"port\": 80, \"nodePort\": \(port)}]" : "[{\"port\": 80}]"
        let spec = "\"spec\": {\"clusterIPs\": [\"\(address)\"], \"ports\": \(ports)}"
        return ("services/specs/shop/\(name)", object("Service", name, in: "shop", spec))
    }

    private func range(_ name: String, _ range: String, bits: [Int]) -> (String, String) {
        var bytes = [UInt8](repeating: 0, count: (bits.max() ?? 0) / 8 + 1)
        for bit in bits { bytes[bytes.count - 1 - bit / 8] |= 1 << UInt8(bit % 8) }
        let data = Data(bytes).base64EncodedString()
        let json =
            "{\"apiVersion\": \"v1\", \"kind\": \"RangeAllocation\", \"range\": \"\(range)\", \"data\": \"\(data)\"}"
        return ("ranges/\(name)", json)
    }

    private func address(_ address: String, of name: String) -> (String, String) {
        let spec = """
            "spec": {"parentRef": {"resource": "services", "namespace": "shop", "name": "\(name)"}}
            """
        return (
            "ipaddresses/\(address)", object("IPAddress", address, apiVersion: "networking.k8s.io/v1", spec)
        )
    }

    @Test func bitmapsBeginBehindTheNetworksOwnAddress() async throws {
        let checks = try await findings(in: [
            self.range("serviceips", "10.96.0.0/16", bits: [0, 9, 300]),
            self.service("a", "10.96.0.1"), self.service("b", "10.96.0.10"), self.service("c", "10.96.1.45"),
            self.service("headless", "None"),
        ])
        #expect(checks["service addresses"]?.outcome == .pass)
        #expect(checks["service addresses"]?.count == 3)
    }

    @Test func bitmapsOfBothFamiliesCount() async throws {
        let checks = try await findings(in: [
            self.range("serviceips", "10.96.0.0/16", bits: [0]),
            self.range("secondaryserviceips", "fd00::/112", bits: [4]),
            self.service("a", "10.96.0.1"), self.service("b", "fd00::5"),
        ])
        #expect(checks["service addresses"]?.outcome == .pass)
        #expect(checks["service addresses"]?.count == 2)
    }

    @Test func whatBitmapAndServicesDisagreeOnIsNamed() async throws {
        let checks = try await findings(in: [
            self.range("serviceips", "10.96.0.0/16", bits: [0, 1]),
            self.service("a", "10.96.0.1"), self.service("b", "10.96.0.9"),
        ])
        let check = try #require(checks["service addresses"])
        #expect(check.outcome == .warn)
        #expect(check.count == 2)
        #expect(check.detail.contains("10.96.0.9 of services shop/b is not allocated"))
        #expect(check.detail.contains("10.96.0.2 is allocated to no service"))
    }

    @Test func addressObjectsGoBeforeBitmaps() async throws {
        let checks = try await findings(in: [
            self.range("serviceips", "10.96.0.0/16", bits: [99]), self.address("10.96.0.1", of: "a"),
            self.service("a", "10.96.0.1"),
        ])
        #expect(checks["service addresses"]?.outcome == .pass)
    }

    @Test func addressObjectsOfOthersAreNamed() async throws {
        let checks = try await findings(in: [
            self.address("10.96.0.1", of: "b"), self.address("10.96.0.7", of: "gone"),
            self.service("a", "10.96.0.1"), self.service("c", "10.96.0.3"),
        ])
        let check = try #require(checks["service addresses"])
        #expect(check.outcome == .warn)
        #expect(check.count == 3)
        #expect(check.detail.contains("10.96.0.1 of services shop/a is allocated to services shop/b"))
        #expect(check.detail.contains("10.96.0.3 of services shop/c is not allocated"))
        #expect(check.detail.contains("10.96.0.7 is allocated to services shop/gone, which does not have it"))
    }

    @Test func twoServicesWithOneAddressAreNamed() async throws {
        let checks = try await findings(in: [
            self.address("10.96.0.1", of: "a"), self.service("a", "10.96.0.1"),
            self.service("b", "10.96.0.1"),
        ])
        let detail = try #require(checks["service addresses"]?.detail)
        #expect(detail.contains("10.96.0.1 belongs to both services shop/a and services shop/b"))
    }

    @Test func nodePortsAreThoseOfTheBitmap() async throws {
        let checks = try await findings(in: [
            self.range("servicenodeports", "30000-32767", bits: [0, 2073]),
            self.service("a", "None", port: 30000), self.service("b", "None", port: 32073),
        ])
        #expect(checks["node ports"]?.outcome == .pass)
        #expect(checks["node ports"]?.count == 2)
    }

    @Test func nodePortsThatAreNotAllocatedOrTakenTwiceAreNamed() async throws {
        let checks = try await findings(in: [
            self.range("servicenodeports", "30000-32767", bits: [0, 5]),
            self.service("a", "None", port: 30000), self.service("b", "None", port: 30000),
            self.service("c", "None", port: 30001),
        ])
        let check = try #require(checks["node ports"])
        #expect(check.count == 3)
        #expect(check.detail.contains("30000 belongs to both services shop/a and services shop/b"))
        #expect(check.detail.contains("30001 of services shop/c is not allocated"))
        #expect(check.detail.contains("30005 is allocated to no service"))
    }

    @Test(arguments: ["9223372036854775807-1", "65536-70000", "many"])
    func aRangeThatIsNotOneOfPortsIsLeftOut(range: String) async throws {
        let checks = try await findings(in: [
            self.range("servicenodeports", range, bits: [1]), self.service("a", "None", port: 30000),
        ])
        #expect(checks["node ports"]?.outcome == .notChecked)
    }

    @Test func portsAboveTheHighestAreLeftOut() async throws {
        let checks = try await findings(in: [
            self.range("servicenodeports", "65535-65535", bits: [0, 1]),
            self.service("a", "None", port: 65535),
        ])
        #expect(checks["node ports"]?.outcome == .pass)
    }

    @Test func otherRangesAndThoseLongerThanAnyAreNotRead() async throws {
        let checks = try await findings(in: [
            self.range("serviceips", "10.96.0.0/12", bits: [0, 1 << 20]),
            self.range("more", "10.0.0.0/8", bits: [7]),
            self.service("a", "10.96.0.1"),
        ])
        #expect(checks["service addresses"]?.outcome == .notChecked)
    }

    private static let closed = "k8s:enc:aescbc:v1:key1:xxxxxxxx"

    @Test func whatAServiceThatCannotBeReadMayHaveIsNotAllocatedToNone() async throws {
        let bitmaps = [
            self.range("serviceips", "10.96.0.0/16", bits: [0, 1]),
            self.range("servicenodeports", "30000-32767", bits: [0, 1]),
        ]
        let objects = [self.address("10.96.0.1", of: "a"), self.address("10.96.0.2", of: "b")]
        for allocations in [bitmaps, objects] {
            let checks = try await findings(
                in: allocations + [
                    self.service("a", "10.96.0.1", port: 30000), ("services/specs/shop/b", Self.closed),
                ]
            )
            #expect(checks["service addresses"]?.outcome == .pass)
            #expect(checks["node ports"]?.outcome != .warn)
        }
    }

    @Test func anAllocationThatCannotBeReadIsNotMissing() async throws {
        let byObject = try await findings(in: [
            ("ipaddresses/10.96.0.1", Self.closed), self.address("10.96.0.2", of: "b"),
            self.service("a", "10.96.0.1"), self.service("b", "10.96.0.2"),
        ])
        #expect(byObject["service addresses"]?.outcome == .pass)
        let byBitmap = try await findings(in: [
            ("ranges/serviceips", Self.closed), self.range("secondaryserviceips", "fd00::/112", bits: [4]),
            self.service("a", "10.96.0.1"), self.service("b", "fd00::5"),
        ])
        #expect(byBitmap["service addresses"]?.outcome == .notChecked)
    }

    @Test func withoutAllocationsNothingIsChecked() async throws {
        let checks = try await findings(in: [self.service("a", "10.96.0.1", port: 30000)])
        #expect(checks["service addresses"]?.outcome == .notChecked)
        #expect(checks["node ports"]?.outcome == .notChecked)
    }
}
