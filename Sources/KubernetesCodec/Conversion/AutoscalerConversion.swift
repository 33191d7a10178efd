/// Shows autoscalers of pods as `autoscaling/v2`, as an API server writes what it had stored in an older version.
///
///     version   what it has no field for          where that stands
///     v1        metrics but the share of cpu,     annotations, as JSON
///               behavior, current metrics,
///               conditions
///     v2beta1   behavior                          an annotation, as JSON
///
/// The metrics of v1 and v2beta1 have the same form, which v2beta2 left.
///
/// Sources: kubernetes/kubernetes `pkg/apis/autoscaling/{v1,v2,v2beta1,v2beta2}/{conversion,defaults}.go`,
/// `pkg/apis/autoscaling/helpers.go`.
struct AutoscalerConversion {
    private enum Version: String {
        case v1 = "autoscaling/v1"
        case v2beta1 = "autoscaling/v2beta1"
        case v2beta2 = "autoscaling/v2beta2"
    }

    private let version: Version
    /// The object as it was.
    private let root: Value

    /// - Returns: nil for what is no autoscaler of an old version.
    init?(of root: Value) {
        guard root["kind"]?.string == "HorizontalPodAutoscaler",
            let version = Version(rawValue: root["apiVersion"]?.string ?? "")
        else { return nil }
        self.version = version
        self.root = root
    }

    /// Converts the object in `document`, which is ``root``.
    ///
    /// - Throws: `.tooLarge`.
    func apply(to document: inout Document) throws(CodecError) {
        if let spec = self.root["spec"], spec.kind == .object { try self.convert(spec: spec, in: &document) }
        if let status = self.root["status"], status.kind == .object {
            try self.convert(status: status, in: &document)
        }
        self.removeAnnotations(from: &document)
    }

    private func convert(spec: Value, in document: inout Document) throws(CodecError) {
        var metrics: [UInt32] = []
        switch self.version {
        case .v1:
            metrics = try document.newMetrics(self.noted("metrics")?.elements ?? [], .target)
            if let share = spec.given("targetCPUUtilizationPercentage") {
                metrics.append(try document.cpuMetric(.target, utilization: document.copy(share)))
            }
        case .v2beta1: metrics = try document.newMetrics(spec.list("metrics"), .target)
        case .v2beta2: break
        }
        let hasMetrics = self.version == .v2beta2 && !spec.list("metrics").isEmpty
        if !hasMetrics {
            if metrics.isEmpty {
                let share = try document.add(Document.Node(payload: Self.defaultShare, kind: .integer))
                metrics = [try document.cpuMetric(.target, utilization: share)]
            }
            try document.insertArray("metrics", metrics, of: spec.node)
        }
        document.removeMember("targetCPUUtilizationPercentage", of: spec.node)
        if self.version != .v2beta2, let noted = self.noted("behavior", .object),
            let behavior = try document.behavior(noted: noted)
        {
            try document.insertMember("behavior", behavior, of: spec.node)
        }
    }

    /// In percent.
    private static let defaultShare: UInt64 = 80

    private func convert(status: Value, in document: inout Document) throws(CodecError) {
        let noted = self.version == .v1 ? self.noted("current-metrics") : status.given("currentMetrics")
        if self.version != .v2beta2, let noted {
            let metrics = try document.newMetrics(noted.elements, .current)
            try document.insertArray("currentMetrics", metrics, of: status.node)
        } else if let share = status.given("currentCPUUtilizationPercentage") {
            let metric = try document.cpuMetric(.current, utilization: document.copy(share))
            try document.insertArray("currentMetrics", [metric], of: status.node)
        }
        document.removeMember("currentCPUUtilizationPercentage", of: status.node)
        if self.version == .v1 {
            try document.setCopy("conditions", of: status.node, to: self.noted("conditions"))
        }
        // v2 leaves out what is zero.
        if status["currentReplicas"]?.integer == 0 {
            document.removeMember("currentReplicas", of: status.node)
        }
    }

    // MARK: Annotations

    private static let prefix = "autoscaling.alpha.kubernetes.io/"

    /// What an annotation holds; nil without one, and when it is no such JSON, which an API server drops.
    private func noted(_ name: String, _ kind: Value.Kind = .array) -> Value? {
        guard let text = self.root.given("metadata", "annotations", Self.prefix + name)?.string,
            let value = (try? Document(json: Array(text.utf8)))?.root, value.kind == kind
        else { return nil }
        return value
    }

    private func removeAnnotations(from document: inout Document) {
        guard let metadata = self.root["metadata"], let annotations = metadata["annotations"],
            annotations.kind == .object
        else { return }
        for name in ["metrics", "behavior", "current-metrics", "conditions"] {
            document.removeMember(Self.prefix + name, of: annotations.node)
        }
        if document.nodes[Int(annotations.node)].first == 0 {
            document.removeMember("annotations", of: metadata.node)
        }
    }
}

/// Whether a metric says what is wanted, or what was measured.
private enum MetricSide: String {
    case target
    case current
}

// MARK: Metrics

extension Document {
    fileprivate mutating func insertArray(
        _ name: String,
        _ elements: [UInt32],
        of object: UInt32
    ) throws(CodecError) {
        let array = try self.add(Node(kind: .array))
        for element in elements { self.link(element, to: array) }
        try self.insertMember(name, array, of: object)
    }

    /// The metric of which v1 has only the number.
    fileprivate mutating func cpuMetric(
        _ side: MetricSide,
        utilization: UInt32
    ) throws(CodecError) -> UInt32 {
        let value = try self.addObject()
        try self.insertMember("averageUtilization", utilization, of: value)
        if side == .target { try self.insertMember("type", self.addString("Utilization"), of: value) }
        let resource = try self.addObject()
        try self.insertMember("name", self.addString("cpu"), of: resource)
        try self.insertMember(side.rawValue, value, of: resource)
        let metric = try self.addObject()
        try self.insertMember("resource", resource, of: metric)
        try self.insertMember("type", self.addString("Resource"), of: metric)
        return metric
    }

    /// Metrics of v1 or v2beta1 in the form of v2.
    fileprivate mutating func newMetrics(
        _ old: [Value],
        _ side: MetricSide
    ) throws(CodecError) -> [UInt32] {
        var metrics: [UInt32] = []
        for metric in old {
            let new = try self.addObject()
            try self.setCopy("type", of: new, to: metric.given("type"))
            for name in ["containerResource", "external", "object", "pods", "resource"] {
                guard let source = metric.given(name) else { continue }
                try self.insertMember(name, self.newSource(source, named: name, side), of: new)
            }
            metrics.append(new)
        }
        return metrics
    }

    private mutating func newSource(
        _ old: Value,
        named name: String,
        _ side: MetricSide
    ) throws(CodecError) -> UInt32 {
        let source = try self.addObject()
        try self.insertMember(side.rawValue, self.newValue(old, of: name, side), of: source)
        switch name {
        case "resource", "containerResource":
            try self.setCopy("name", of: source, to: old.given("name"))
            try self.setCopy("container", of: source, to: old.given("container"))
        default:
            if name == "object" { try self.setCopy("describedObject", of: source, to: old.given("target")) }
            let metric = try self.addObject()
            try self.setCopy("name", of: metric, to: old.given("metricName"))
            let selector = name == "external" ? "metricSelector" : "selector"
            try self.setCopy("selector", of: metric, to: old.given(selector))
            try self.insertMember("metric", metric, of: source)
        }
        return source
    }

    /// The numbers of a metric, which v2 keeps together.
    private mutating func newValue(
        _ old: Value,
        of source: String,
        _ side: MetricSide
    ) throws(CodecError) -> UInt32 {
        let value = old.given("\(side.rawValue)Value")
        let averageName = source == "object" ? "averageValue" : "\(side.rawValue)AverageValue"
        let averageValue = old.given(averageName)
        let averageUtilization = old.given("\(side.rawValue)AverageUtilization")
        let new = try self.addObject()
        try self.setCopy("value", of: new, to: value)
        try self.setCopy("averageValue", of: new, to: averageValue)
        try self.setCopy("averageUtilization", of: new, to: averageUtilization)
        // Of a quantity that the old version cannot leave out, zero is written.
        switch (source, side) {
        case ("object", _), ("external", .current):
            if value == nil { try self.insertMember("value", self.addString("0"), of: new) }
        case ("pods", _), ("resource", .current), ("containerResource", .current):
            if averageValue == nil { try self.insertMember("averageValue", self.addString("0"), of: new) }
        default: break
        }
        guard side == .target else { return new }
        let isAverage = source == "object" ? averageValue != nil : value == nil
        let type = averageUtilization != nil ? "Utilization" : isAverage ? "AverageValue" : "Value"
        try self.insertMember("type", self.addString(type), of: new)
        return new
    }
}

// MARK: Behavior

extension Document {
    /// The behavior that an annotation holds; nil when it says nothing.
    fileprivate mutating func behavior(noted: Value) throws(CodecError) -> UInt32? {
        let behavior = try self.addObject()
        for name in ["scaleDown", "scaleUp"] {
            guard let old = noted.field(name) else { continue }
            let rules = try self.addObject()
            for name in ["selectPolicy", "stabilizationWindowSeconds", "tolerance"] {
                try self.setCopy(name, of: rules, to: old.field(name))
            }
            if let policies = old.field("policies") {
                var new: [UInt32] = []
                for policy in policies.elements { new.append(try self.policy(noted: policy)) }
                try self.insertArray("policies", new, of: rules)
            }
            try self.insertMember(name, rules, of: behavior)
        }
        return self.nodes[Int(behavior)].first == 0 ? nil : behavior
    }

    private mutating func policy(noted: Value) throws(CodecError) -> UInt32 {
        let policy = try self.addObject()
        for name in ["periodSeconds", "type", "value"] {
            try self.setCopy(name, of: policy, to: noted.field(name))
        }
        return policy
    }
}

extension Value {
    /// A member that Go wrote without a name for JSON: the field's own begins with a capital.
    fileprivate func field(_ name: String) -> Value? {
        self.given(name.prefix(1).uppercased() + name.dropFirst()) ?? self.given(name)
    }
}
