/// One watch of a stream.
struct Watcher {
    let id: Int64
    let filter: EventFilter
    let wantsFragments: Bool
    /// Whether it is told how far it is when it is quiet.
    let wantsProgress: Bool
    /// The first revision whose events it has not been sent.
    var next: Int64
    /// Whether something was sent to it since the last round of progress.
    var wasBusy = false
}
