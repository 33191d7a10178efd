/// What a word below the heading STATUS says of an object; nil for a word that says neither good nor bad.
///
/// Sources: kubernetes/kubernetes `pkg/printers/internalversion/printers.go`, `pkg/kubelet/images/types.go`,
/// `pkg/kubelet/container/sync_result.go`; helm/helm `pkg/release/status.go`.
func statusMeaning(_ status: String) -> Colors.Meaning? {
    switch status {
    case "Running", "Ready", "Active", "Bound", "Available", "Complete", "Completed", "Succeeded",
        "SuccessCriteriaMet", "deployed":
        .good
    case "Failed", "failed", "Lost", "NotReady", "Unknown", "Evicted", "OOMKilled", "DeadlineExceeded",
        "ContainerCannotRun", "NodeLost", "UnexpectedAdmissionError":
        .bad
    case "Pending", "Terminating", "ContainerCreating", "PodInitializing", "Released", "Suspended",
        "SchedulingGated", "pending-install", "pending-upgrade", "pending-rollback", "uninstalling":
        .warning
    case _ where status.hasSuffix("Error") || status.hasSuffix("BackOff") || status.hasPrefix("Err"): .bad
    case _ where status.hasPrefix("Init:") || status.hasSuffix("SchedulingDisabled"): .warning
    default: nil
    }
}
