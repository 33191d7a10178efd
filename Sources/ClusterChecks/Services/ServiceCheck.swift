import KubernetesCodec
import KubernetesRegistry

/// The addresses and node ports of services are those that are allocated, each to one service.
///
/// What an object that cannot be decoded holds is not known; no problem is told that it may explain.
public struct ServiceCheck: ClusterCheck {
    public typealias Addresses = Allocations<AddressProblem>
    public typealias NodePorts = Allocations<NodePortProblem>

    /// What was found of what is allocated to services: their addresses, or their node ports.
    public enum Allocations<Problem: Hashable & Sendable>: CheckResult {
        /// No service has any.
        case none
        /// The services have some, and nothing says which are allocated.
        case noAllocations(count: Int)
        case allocated(count: Int, AllocationSource)
        case wrong(Sample<Problem>)

        public var outcome: CheckOutcome {
            switch self {
            case .none, .allocated: .pass
            case .noAllocations: .notChecked
            case .wrong: .warn
            }
        }

        public var count: Int {
            switch self {
            case .none: 0
            case .noAllocations(let count), .allocated(let count, _): count
            case .wrong(let problems): problems.count
            }
        }

        /// - Parameters:
        ///   - count: How many the services have.
        ///   - source: What they were compared with; nil when there was nothing.
        ///   - problems: What is wrong with them.
        fileprivate init(count: Int, in source: AllocationSource?, _ problems: Sample<Problem>) {
            if !problems.isEmpty {
                self = .wrong(problems)
            } else if let source {
                self = .allocated(count: count, source)
            } else {
                self = count == 0 ? .none : .noAllocations(count: count)
            }
        }
    }

    /// Where a cluster keeps what is allocated.
    public enum AllocationSource: Hashable, Sendable {
        /// An object of `ranges`: of node ports, and of addresses up to Kubernetes 1.32.
        case bitmap
        /// Objects of `ipaddresses`, since then.
        case addressObjects
    }

    public enum AddressProblem: Hashable, Sendable {
        case shared(IPAddress, by: NamespacedName, and: NamespacedName)
        case notAllocated(IPAddress, of: NamespacedName)
        /// nil: to what is not a service.
        case allocatedToAnother(IPAddress, of: NamespacedName, other: NamespacedName?)
        case allocatedToNone(IPAddress)
        /// The service to which it is allocated is missing, or has another.
        case allocatedWithoutUse(IPAddress, to: NamespacedName)
    }

    public enum NodePortProblem: Hashable, Sendable {
        case shared(Int, by: NamespacedName, and: NamespacedName)
        case notAllocated(Int, of: NamespacedName)
        case allocatedToNone(Int)
    }

    fileprivate struct Service: Sendable {
        var name: NamespacedName
        var addresses: [IPAddress]
        var nodePorts: Set<Int>
    }

    /// An object of `ipaddresses`.
    private struct AddressObject: Sendable {
        var address: IPAddress
        /// nil when something else holds it.
        var service: NamespacedName?
    }

    /// The objects of `ranges` that are about addresses.
    private static let addressRanges: Set = ["serviceips", "secondaryserviceips"]

    private var services: [Service] = []
    private var addressObjects: [AddressObject] = []
    /// What ``addressRanges`` say is taken.
    private var takenAddresses: [IPAddress] = []
    private var hasAddressRange = false
    private var takenPorts: [Int]?
    /// What cannot be decoded: services, addresses of `ipaddresses`, and whether there is such an address range.
    private var closedServices: Set<NamespacedName> = []
    private var closedAddresses: Set<IPAddress> = []
    private var hasClosedRange = false

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded else { return self.noteClosed(object) }
        if object.isOf("services") {
            self.services.append(Service(object))
        } else if object.isOf("ipaddresses", group: "networking.k8s.io") {
            guard let address = IPAddress(object.name) else { return }
            let parent = object.root["spec", "parentRef"]
            let isService = parent?["resource"]?.string == "services"
            let service = isService ? NamespacedName(parent) : nil
            self.addressObjects.append(AddressObject(address: address, service: service))
        } else if object.isOf("ranges") {
            self.readRange(object)
        }
    }

    /// Notes what the key of an object that cannot be decoded says.
    private mutating func noteClosed(_ object: CheckedObject) {
        if object.isOf("services") {
            self.closedServices.insert(NamespacedName(namespace: object.namespace, name: object.name))
        } else if object.isOf("ipaddresses", group: "networking.k8s.io") {
            if let address = IPAddress(object.name) { self.closedAddresses.insert(address) }
        } else if object.isOf("ranges"), Self.addressRanges.contains(object.name) {
            self.hasClosedRange = true
        }
    }

    private mutating func readRange(_ object: CheckedObject) {
        guard let range = object.root["range"]?.string, !range.isEmpty,
            let allocation = RangeAllocation(base64: object.root["data"]?.string ?? "")
        else { return }
        if object.name == "servicenodeports" {
            self.takenPorts = allocation.ports(in: range)
        } else if Self.addressRanges.contains(object.name), let addresses = allocation.addresses(in: range) {
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
        self.closedServices.formUnion(other.closedServices)
        self.closedAddresses.formUnion(other.closedAddresses)
        self.hasClosedRange = self.hasClosedRange || other.hasClosedRange
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        [.serviceAddresses(self.addresses()), .nodePorts(self.nodePorts())]
    }
}

extension ServiceCheck.Service {
    fileprivate init(_ object: CheckedObject) {
        let spec = object.root["spec"]
        var texts = spec?["clusterIPs"]?.elements.compactMap(\.string) ?? []
        if texts.isEmpty, let text = spec?["clusterIP"]?.string { texts = [text] }
        // "None" is a headless service's.
        self.addresses = texts.compactMap { IPAddress($0) }
        var ports = spec?["ports"]?.elements.compactMap { $0["nodePort"]?.integer } ?? []
        if let port = spec?["healthCheckNodePort"]?.integer { ports.append(port) }
        self.nodePorts = Set(ports.filter { $0 > 0 && $0 < 65536 }.map { Int($0) })
        self.name = NamespacedName(namespace: object.namespace, name: object.name)
    }
}

// MARK: Addresses

extension ServiceCheck {
    private func addresses() -> Addresses {
        var holders: [IPAddress: NamespacedName] = [:]
        var problems = Sample<AddressProblem>()
        for service in self.services {
            for address in service.addresses {
                let other = holders.updateValue(service.name, forKey: address)
                guard let other, other != service.name else { continue }
                problems.add(.shared(address, by: other, and: service.name))
            }
        }
        let source = self.addressSource
        switch source {
        case .bitmap: self.compareWithBitmap(holders, &problems)
        case .addressObjects: self.compareWithObjects(holders, &problems)
        case nil: break
        }
        return Addresses(count: holders.count, in: source, problems)
    }

    /// What says which addresses are allocated; nil when nothing does.
    private var addressSource: AllocationSource? {
        // A cluster that is just being upgraded keeps both; then the objects count.
        if !self.addressObjects.isEmpty { return .addressObjects }
        let isBitmapWhole = !self.hasClosedRange && self.closedAddresses.isEmpty
        return self.hasAddressRange && isBitmapWhole ? .bitmap : nil
    }

    private func compareWithBitmap(
        _ holders: [IPAddress: NamespacedName],
        _ problems: inout Sample<AddressProblem>
    ) {
        let taken = Set(self.takenAddresses)
        for (address, service) in holders.sorted(by: { $0.key < $1.key }) where !taken.contains(address) {
            problems.add(.notAllocated(address, of: service))
        }
        guard self.closedServices.isEmpty else { return }
        for address in taken.sorted() where holders[address] == nil {
            problems.add(.allocatedToNone(address))
        }
    }

    private func compareWithObjects(
        _ holders: [IPAddress: NamespacedName],
        _ problems: inout Sample<AddressProblem>
    ) {
        var allocated: [IPAddress: NamespacedName?] = [:]
        for object in self.addressObjects { allocated.updateValue(object.service, forKey: object.address) }
        for (address, service) in holders.sorted(by: { $0.key < $1.key })
        where !self.closedAddresses.contains(address) {
            guard let other = allocated[address] else {
                problems.add(.notAllocated(address, of: service))
                continue
            }
            guard other != service else { continue }
            problems.add(.allocatedToAnother(address, of: service, other: other))
        }
        for object in self.addressObjects where holders[object.address] == nil {
            guard let service = object.service, !self.closedServices.contains(service) else { continue }
            problems.add(.allocatedWithoutUse(object.address, to: service))
        }
    }
}

// MARK: Node ports

extension ServiceCheck {
    private func nodePorts() -> NodePorts {
        var holders: [Int: NamespacedName] = [:]
        var problems = Sample<NodePortProblem>()
        for service in self.services {
            for port in service.nodePorts.sorted() {
                guard let other = holders.updateValue(service.name, forKey: port) else { continue }
                problems.add(.shared(port, by: other, and: service.name))
            }
        }
        if let takenPorts {
            let taken = Set(takenPorts)
            for (port, service) in holders.sorted(by: { $0.key < $1.key }) where !taken.contains(port) {
                problems.add(.notAllocated(port, of: service))
            }
            for port in takenPorts where holders[port] == nil && self.closedServices.isEmpty {
                problems.add(.allocatedToNone(port))
            }
        }
        return NodePorts(count: holders.count, in: self.takenPorts == nil ? nil : .bitmap, problems)
    }
}
