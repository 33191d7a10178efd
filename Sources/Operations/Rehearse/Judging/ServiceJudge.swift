import KubernetesCodec
import KubernetesRegistry

/// The addresses and node ports of services are those that are allocated, each to one service.
struct ServiceJudge: Judge {
    private var services: [Service] = []
    private var addressObjects: [AddressObject] = []
    /// What `ranges/serviceips` and `ranges/secondaryserviceips` say is taken.
    private var takenAddresses: [IPAddress] = []
    private var hasAddressRange = false
    private var takenPorts: [Int]?

    fileprivate struct Service: Sendable {
        var place: String
        var addresses: [IPAddress]
        var nodePorts: Set<Int>
    }

    /// An object of `ipaddresses`.
    private struct AddressObject: Sendable {
        var address: IPAddress
        /// `services NAMESPACE/NAME`; nothing when another thing holds it.
        var service: String?
    }

    mutating func look(at object: JudgedObject) {
        if object.isOf("services") {
            self.services.append(Service(object))
        } else if object.isOf("ipaddresses", group: "networking.k8s.io") {
            guard let address = IPAddress(object.name) else { return }
            let parent = object.root["spec", "parentRef"]
            let isService = parent?["resource"]?.string == "services"
            let name = ServiceName(parent).map { "services \($0)" }
            self.addressObjects.append(AddressObject(address: address, service: isService ? name : nil))
        } else if object.isOf("ranges") {
            self.readRange(object)
        }
    }

    private mutating func readRange(_ object: JudgedObject) {
        guard let range = object.root["range"]?.string, !range.isEmpty,
            let allocation = RangeAllocation(base64: object.root["data"]?.string ?? "")
        else { return }
        if object.name == "servicenodeports" {
            self.takenPorts = allocation.ports(in: range)
        } else if let addresses = allocation.addresses(in: range) {
            self.hasAddressRange = true
            self.takenAddresses += addresses
        }
    }

    mutating func add(_ other: Self) {
        self.services += other.services
        self.addressObjects += other.addressObjects
        self.takenAddresses += other.takenAddresses
        self.hasAddressRange = self.hasAddressRange || other.hasAddressRange
        self.takenPorts = self.takenPorts ?? other.takenPorts
    }

    func checks() -> [RehearsalCheck] { [self.addresses(), self.nodePorts()] }
}

extension ServiceJudge.Service {
    fileprivate init(_ object: JudgedObject) {
        let spec = object.root["spec"]
        var texts = spec?["clusterIPs"]?.elements.compactMap(\.string) ?? []
        if texts.isEmpty, let text = spec?["clusterIP"]?.string { texts = [text] }
        // "None" is a headless service's.
        self.addresses = texts.compactMap { IPAddress($0) }
        var ports = spec?["ports"]?.elements.compactMap { $0["nodePort"]?.integer } ?? []
        if let port = spec?["healthCheckNodePort"]?.integer { ports.append(port) }
        self.nodePorts = Set(ports.filter { $0 > 0 && $0 < 65536 }.map { Int($0) })
        self.place = object.place
    }
}

// MARK: Addresses

extension ServiceJudge {
    private func addresses() -> RehearsalCheck {
        let name = "service addresses"
        var holders: [IPAddress: String] = [:]
        var wrong = Names()
        for service in self.services {
            for address in service.addresses {
                if let other = holders.updateValue(service.place, forKey: address), other != service.place {
                    wrong.note("\(address) is both \(other)'s and \(service.place)'s")
                }
            }
        }
        guard !self.addressObjects.isEmpty || self.hasAddressRange else {
            if !wrong.isEmpty { return RehearsalCheck(name, .warn, count: wrong.count, wrong.text) }
            guard !holders.isEmpty else { return RehearsalCheck(name, .pass, "no service has an address") }
            let detail = "there are no allocations to compare the services' addresses with"
            return RehearsalCheck(name, .notJudged, count: holders.count, detail)
        }
        // Where both are kept, as in releases between, the objects are what counts.
        let source = self.addressObjects.isEmpty ? "the bitmap" : "the IPAddress objects"
        if self.addressObjects.isEmpty {
            self.compare(holders, withTaken: Set(self.takenAddresses), &wrong)
        } else {
            self.compareWithObjects(holders, &wrong)
        }
        guard wrong.isEmpty else { return RehearsalCheck(name, .warn, count: wrong.count, wrong.text) }
        let detail =
            "each allocated to its service, as \(source) say\(self.addressObjects.isEmpty ? "s" : "")"
        return RehearsalCheck(name, .pass, count: holders.count, detail)
    }

    private func compare(
        _ holders: [IPAddress: String],
        withTaken taken: Set<IPAddress>,
        _ wrong: inout Names
    ) {
        for (address, place) in sorted(holders) where !taken.contains(address) {
            wrong.note("\(address) of \(place) is not allocated")
        }
        for address in taken.sorted(by: precedes) where holders[address] == nil {
            wrong.note("\(address) is allocated to no service")
        }
    }

    private func compareWithObjects(_ holders: [IPAddress: String], _ wrong: inout Names) {
        var allocated: [IPAddress: String] = [:]
        for object in self.addressObjects { allocated[object.address] = object.service ?? "" }
        for (address, place) in sorted(holders) where allocated[address] != place {
            let other = allocated[address].map { $0.isEmpty ? "no service" : $0 }
            wrong.note("\(address) of \(place) is " + (other.map { "allocated to \($0)" } ?? "not allocated"))
        }
        for object in self.addressObjects where holders[object.address] == nil {
            guard let service = object.service else { continue }
            wrong.note("\(object.address) is allocated to \(service), which does not have it")
        }
    }
}

// MARK: Node ports

extension ServiceJudge {
    private func nodePorts() -> RehearsalCheck {
        let name = "node ports"
        var holders: [Int: String] = [:]
        var wrong = Names()
        for service in self.services {
            for port in service.nodePorts.sorted() {
                guard let other = holders.updateValue(service.place, forKey: port) else { continue }
                wrong.note("\(port) is both \(other)'s and \(service.place)'s")
            }
        }
        guard let takenPorts else {
            if !wrong.isEmpty { return RehearsalCheck(name, .warn, count: wrong.count, wrong.text) }
            guard !holders.isEmpty else { return RehearsalCheck(name, .pass, "no service has a node port") }
            let detail = "there are no allocations to compare the services' node ports with"
            return RehearsalCheck(name, .notJudged, count: holders.count, detail)
        }
        let taken = Set(takenPorts)
        for (port, place) in holders.sorted(by: { $0.key < $1.key }) where !taken.contains(port) {
            wrong.note("\(port) of \(place) is not allocated")
        }
        for port in takenPorts where holders[port] == nil { wrong.note("\(port) is allocated to no service") }
        guard wrong.isEmpty else { return RehearsalCheck(name, .warn, count: wrong.count, wrong.text) }
        return RehearsalCheck(name, .pass, count: holders.count, "each allocated, and to one service")
    }
}

private func precedes(_ left: IPAddress, _ right: IPAddress) -> Bool {
    left.isIPv6 == right.isIPv6 ? left.number < right.number : !left.isIPv6
}

private func sorted(_ holders: [IPAddress: String]) -> [(IPAddress, String)] {
    holders.map { ($0.key, $0.value) }.sorted { precedes($0.0, $1.0) }
}
