internal import KubernetesCodec

/// What the containers of a pod say together: readiness, status and restarts.
///
/// Source: kubernetes/kubernetes `pkg/printers/internalversion/printers.go`, printPod.
struct PodState: TableSubject {
    let object: Value
    let now: Int64
    private(set) var readyCount = 0
    private(set) var containerCount: Int
    private(set) var reason: String
    private var restarts = Restarts()
    private let conditions: [Value]

    init(object: Value, now: Int64) {
        self.object = object
        self.now = now
        self.conditions = object.list("status", "conditions")
        self.containerCount = object.given("spec", "containers")?.count ?? 0
        self.reason = Self.statedReason(of: object, self.conditions)
        let initializing = self.lookAtInitContainers()
        if !initializing || isTrue("Initialized", in: self.conditions) {
            self.lookAtContainers()
        }
        self.lookAtDeletion()
    }

    /// `3`, or `3 (5m ago)` when it is known when the last restart was.
    var restartText: String {
        guard self.restarts.count != 0, let last = self.restarts.last else {
            return String(self.restarts.count)
        }
        return "\(self.restarts.count) (\(durationText(from: last, to: Timestamp(seconds: self.now))) ago)"
    }

    /// How many readiness gates are open, of how many.
    var readinessGateText: String {
        let gates = self.object.list("spec", "readinessGates")
        guard !gates.isEmpty else { return "<none>" }
        let open = gates.filter { isTrue($0.text("conditionType"), in: self.conditions) }
        return "\(open.count)/\(gates.count)"
    }

    private static func statedReason(of pod: Value, _ conditions: [Value]) -> String {
        let gated = conditions.contains {
            $0.text("type") == "PodScheduled" && $0.text("reason") == "SchedulingGated"
        }
        if gated { return "SchedulingGated" }
        let reason = pod.text("status", "reason")
        return reason.isEmpty ? pod.text("status", "phase") : reason
    }

    /// Goes through the init containers up to the first that is not done; true when there is one.
    private mutating func lookAtInitContainers() -> Bool {
        let specs = self.object.list("spec", "initContainers")
        let sidecars = Set(specs.filter { $0.text("restartPolicy") == "Always" }.map { $0.text("name") })
        self.containerCount += specs.count { $0.text("restartPolicy") == "Always" }
        var all = Restarts()
        for (index, status) in self.object.list("status", "initContainerStatuses").enumerated() {
            let isSidecar = sidecars.contains(status.text("name"))
            all.add(status)
            if isSidecar { self.restarts.add(status) }
            if status.given("state", "terminated") != nil,
                status.whole("state", "terminated", "exitCode") == 0
            {
                continue
            }
            if isSidecar, status.flag("started") {
                self.readyCount += status.flag("ready") ? 1 : 0
                continue
            }
            self.reason = "Init:" + Self.initReason(of: status, index, of: specs.count)
            // Until the pod is initialized all count; afterwards, among init containers, sidecars alone.
            if !isTrue("Initialized", in: self.conditions) { self.restarts = all }
            return true
        }
        return false
    }

    private static func initReason(of status: Value, _ index: Int, of count: Int) -> String {
        if let terminated = status.given("state", "terminated") { return self.reason(of: terminated) }
        let waiting = status.text("state", "waiting", "reason")
        return waiting.isEmpty || waiting == "PodInitializing" ? "\(index)/\(count)" : waiting
    }

    private mutating func lookAtContainers() {
        var hasRunning = false
        var errorReason = ""
        for status in self.object.list("status", "containerStatuses").reversed() {
            self.restarts.add(status)
            let waiting = status.text("state", "waiting", "reason")
            if !waiting.isEmpty {
                self.reason = waiting
            } else if let terminated = status.given("state", "terminated") {
                self.reason = Self.reason(of: terminated)
                if terminated.whole("exitCode") != 0 { errorReason = self.reason }
            } else if status.flag("ready"), status.given("state", "running") != nil {
                hasRunning = true
                self.readyCount += 1
            }
        }
        guard self.reason == "Completed" else { return }
        if hasRunning, self.conditions.contains(where: Self.isReady) {
            self.reason = "Running"
        } else if !errorReason.isEmpty {
            self.reason = errorReason
        } else if hasRunning {
            self.reason = "NotReady"
        }
    }

    private static func isReady(_ condition: Value) -> Bool {
        condition.text("type") == "Ready" && condition.text("status") == "True"
    }

    private static func reason(of terminated: Value) -> String {
        let reason = terminated.text("reason")
        guard reason.isEmpty else { return reason }
        let signal = terminated.whole("signal")
        return signal == 0 ? "ExitCode:\(terminated.whole("exitCode"))" : "Signal:\(signal)"
    }

    private mutating func lookAtDeletion() {
        guard self.object.given("metadata", "deletionTimestamp") != nil else { return }
        if self.object.text("status", "reason") == "NodeLost" {
            self.reason = "Unknown"
        } else if !["Succeeded", "Failed"].contains(self.object.text("status", "phase")) {
            self.reason = "Terminating"
        }
    }
}

/// How often containers were restarted, and when last.
private struct Restarts {
    var count: Int64 = 0
    var last: Timestamp?

    mutating func add(_ status: Value) {
        self.count &+= status.whole("restartCount")
        guard let text = status.given("lastState", "terminated", "finishedAt")?.string,
            let finished = Timestamp(rfc3339: text)
        else { return }
        self.last = max(self.last ?? finished, finished)
    }
}
