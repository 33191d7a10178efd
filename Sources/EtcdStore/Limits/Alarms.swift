import EtcdMessages
import EtcdStorage

/// The alarms that are raised; they say what the store still does.
///
/// Source: etcd-io/etcd `server/etcdserver/api/v3alarm/alarms.go`, `server/etcdserver/apply.go`.
struct Alarms: Sendable {
    struct Alarm: Hashable, Sendable {
        var kind: Int
        var memberID: UInt64

        var message: Etcdserverpb_AlarmMember {
            var message = Etcdserverpb_AlarmMember()
            message.alarm = Etcdserverpb_AlarmType(rawValue: self.kind) ?? .none
            message.memberID = self.memberID
            return message
        }
    }

    private(set) var raised: Set<Alarm> = []

    var isOutOfSpace: Bool { self.isRaised(.nospace) }
    var isCorrupt: Bool { self.isRaised(.corrupt) }

    private func isRaised(_ kind: Etcdserverpb_AlarmType) -> Bool {
        self.raised.contains { $0.kind == kind.rawValue }
    }

    mutating func raise(_ alarm: Alarm) { self.raised.insert(alarm) }

    /// Ordered by kind and then by member.
    var sorted: [Alarm] {
        self.raised.sorted { $0.kind != $1.kind ? $0.kind < $1.kind : $0.memberID < $1.memberID }
    }

    /// Does what a request asks.
    ///
    /// - Returns: The alarms that it is about.
    mutating func perform(_ request: Etcdserverpb_AlarmRequest) -> [Alarm] {
        let alarm = Alarm(kind: request.alarm.rawValue, memberID: request.memberID)
        switch request.action {
        case .get:
            return self.sorted.filter { request.alarm == .none || $0.kind == request.alarm.rawValue }
        case .activate:
            guard request.alarm == .nospace || request.alarm == .corrupt else { return [] }
            self.raised.insert(alarm)
            return [alarm]
        case .deactivate:
            return self.raised.remove(alarm).map { [$0] } ?? []
        case .UNRECOGNIZED:
            return []
        }
    }

    func requireSpace() throws(EtcdError) {
        try self.requireSound()
        if self.isOutOfSpace { throw .noSpace }
    }

    func requireSound() throws(EtcdError) {
        if self.isCorrupt { throw .corrupt }
    }
}

extension Alarms {
    /// Raises an alarm of a source.
    mutating func raise(_ alarm: EtcdStorage.Alarm) {
        switch alarm.kind {
        case .noSpace: self.raise(Alarm(kind: 1, memberID: alarm.memberID))
        case .corrupt: self.raise(Alarm(kind: 2, memberID: alarm.memberID))
        // Of an enum etcd reads 32 bits.
        case .other(let kind):
            self.raise(Alarm(kind: Int(Int32(truncatingIfNeeded: kind)), memberID: alarm.memberID))
        }
    }
}

extension Alarms.Alarm {
    /// As a database keeps it.
    var stored: EtcdStorage.Alarm {
        let kind: EtcdStorage.Alarm.Kind =
            switch self.kind {
            case 1: .noSpace
            case 2: .corrupt
            default: .other(UInt64(UInt32(truncatingIfNeeded: self.kind)))
            }
        return EtcdStorage.Alarm(memberID: self.memberID, kind: kind)
    }
}
