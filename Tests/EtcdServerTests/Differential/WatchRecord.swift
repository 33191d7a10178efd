import EtcdMessages

/// A watch among all that a client makes: IDs are used again, so it is counted when it was made.
struct WatchName: Hashable, Sendable {
    var stream: Int
    var id: Int64
    /// The number of watches of that ID on that stream before it.
    var use: Int
}

/// What a watch has been sent, without the batches that it came in.
struct WatchRecord: Sendable {
    enum Item: Equatable, Sendable {
        case event(Mvccpb_Event)
        case endedByCompaction(Int64)
    }

    let request: Etcdserverpb_WatchCreateRequest
    /// Events of this revision are not recorded.
    var unrecorded: Int64?
    var items: [Item] = []
    /// How many items were compared and dropped.
    var comparedCount = 0

    var count: Int { self.comparedCount + self.items.count }

    mutating func append(_ response: Etcdserverpb_WatchResponse) {
        for event in response.events where event.kv.modRevision != self.unrecorded {
            self.items.append(.event(event))
        }
        if response.canceled { self.items.append(.endedByCompaction(response.compactRevision)) }
    }

    mutating func forget() {
        self.comparedCount = self.count
        self.items = []
    }
}
