internal import KubernetesCodec

/// What an autoscaler looks at, and what it saw last; statuses are in the order of the metrics.
///
/// autoscaling/v1 has a field for the processor alone, and keeps all else as JSON in annotations.
///
/// Source: kubernetes/kubernetes `pkg/apis/autoscaling/v1/conversion.go`.
struct AutoscalerMetrics {
    var specs: [AutoscalerMetric]
    var statuses: [AutoscalerMetric]

    init(of autoscaler: Value) {
        guard autoscaler.text("apiVersion") == "autoscaling/v1" else {
            self.specs = autoscaler.list("spec", "metrics").map(AutoscalerMetric.init)
            self.statuses = autoscaler.list("status", "currentMetrics").map(AutoscalerMetric.init)
            return
        }
        let target = autoscaler.given("spec", "targetCPUUtilizationPercentage")?.integer
        self.specs = Self.metrics(in: "autoscaling.alpha.kubernetes.io/metrics", of: autoscaler) ?? []
        if let target { self.specs.append(AutoscalerMetric(processorUtilization: target)) }
        if self.specs.isEmpty { self.specs = [AutoscalerMetric(processorUtilization: 80)] }
        let current = autoscaler.given("status", "currentCPUUtilizationPercentage")?.integer
        self.statuses =
            Self.metrics(in: "autoscaling.alpha.kubernetes.io/current-metrics", of: autoscaler)
            ?? current.map { [AutoscalerMetric(processorUtilization: $0)] } ?? []
    }

    private static func metrics(in annotation: String, of autoscaler: Value) -> [AutoscalerMetric]? {
        guard let text = autoscaler.given("metadata", "annotations", annotation)?.string,
            let document = try? Document(json: Array(text.utf8))
        else { return nil }
        return document.root.elements.map(AutoscalerMetric.init)
    }
}

/// One metric's target, or its state, in any version.
///
///     version          target                            state
///     v2beta2, v2      <source>.target.averageValue      <source>.current.averageValue
///     v2beta1, v1's    <source>.targetAverageValue       <source>.currentAverageValue
///     annotations      (of Object: averageValue)
struct AutoscalerMetric {
    /// `Resource`, `Pods`, `Object`, `External` or `ContainerResource`.
    var type: String
    /// The resource's name.
    var name: String
    var value: String?
    var averageValue: String?
    /// Per cent.
    var averageUtilization: Int64?

    init(processorUtilization: Int64) {
        self.type = "Resource"
        self.name = "cpu"
        self.averageUtilization = processorUtilization
    }

    init(_ metric: Value) {
        self.type = metric.text("type")
        let source = metric.given(self.type.prefix(1).lowercased() + self.type.dropFirst())
        self.name = source?.text("name") ?? ""
        func field(_ name: String) -> Value? {
            let long = name.prefix(1).uppercased() + name.dropFirst()
            let isOfObject = self.type == "Object" && name == "averageValue"
            return source?.given("target", name) ?? source?.given("current", name)
                ?? source?.given("target" + long) ?? source?.given("current" + long)
                ?? (isOfObject ? source?.given(name) : nil)
        }
        self.value = field("value")?.scalarText
        self.averageValue = field("averageValue")?.scalarText
        self.averageUtilization = field("averageUtilization")?.integer
    }

    /// `current/target` as kubectl shows it.
    ///
    /// Source: kubernetes/kubernetes `pkg/printers/internalversion/printers.go`, formatHPAMetrics.
    func text(current: AutoscalerMetric?) -> String {
        let current = current?.type == self.type ? current : nil
        let unknown = "<unknown>"
        switch self.type {
        case "External", "Object":
            guard let target = self.averageValue else {
                return "\(current.map { $0.value ?? "0" } ?? unknown)/\(self.value ?? "0")"
            }
            return "\(current?.averageValue ?? unknown)/\(target) (avg)"
        case "Pods":
            return "\(current.map { $0.averageValue ?? "0" } ?? unknown)/\(self.averageValue ?? "0")"
        case "Resource", "ContainerResource":
            guard let target = self.averageValue else {
                let target = self.averageUtilization.map { "\($0)%" } ?? "<auto>"
                let seen = (current?.averageUtilization).map { "\($0)%" } ?? unknown
                return "\(self.name): \(seen)/\(target)"
            }
            return "\(self.name): \(current.map { $0.averageValue ?? "0" } ?? unknown)/\(target)"
        default:
            return "<unknown type>"
        }
    }
}
