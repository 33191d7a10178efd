import KubernetesRegistry
import Operations

extension ErrorText {
    /// Why changes cannot be told, or a time not be found among them.
    init(history error: HistoryError) {
        switch error {
        case .kine(let path):
            self.init(
                (path.map { "\($0) is kine's file" } ?? "this etcd is kine")
                    + ", of which the newest state is read and not its changes",
                advice: "give a snapshot or a data directory of etcd, or a live etcd"
            )
        case .noTimes:
            self.init(
                "no object of the source tells a time, so that revisions cannot be placed",
                advice: "name a revision with --revision"
            )
        case .beforeOldest(let asked, let revision, let time) where time.earliest == nil:
            self.init(
                "\(momentText(asked)) is earlier than every time that the source's objects tell",
                advice: (time.latest.map { "the earliest of these is \(momentText($0)); " } ?? "")
                    + "the oldest state is that of revision \(revision)"
            )
        case .beforeOldest(let asked, let revision, let time):
            let placed = time.time == nil ? "" : ", made \(time.madeText)"
            self.init(
                "\(momentText(asked)) lies before what the source still holds",
                advice: "the oldest state is that of revision \(revision)\(placed)"
            )
        case .afterNewest(let asked, let newest):
            self.init(
                "\(momentText(asked)) lies after what the source holds",
                advice: "its newest time is \(momentText(newest)); leave the time out for its newest state"
            )
        }
    }
}
