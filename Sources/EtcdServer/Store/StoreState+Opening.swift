import EtcdStorage
import Files

extension StoreState {
    /// What a source holds: its alarms, and its leases with their keys and their full time from `now` on.
    init(source: SourceStore, now: UInt64) {
        self.init(view: RevisionView(source: source))
        self.leases = Leases(source.facts.leases, now: now)
        for alarm in source.facts.alarms { self.alarms.raise(alarm) }
        source.file.withBytes { bytes in
            for position in 0..<source.keys.count {
                let key = source.keys[position]
                guard key.mayHaveLease, let keyValue = key.keyValue(in: bytes), keyValue.lease != 0 else {
                    continue
                }
                let copy = bytes.extracting(keyValue.key).withUnsafeBytes { Array($0) }
                self.leases.attach(copy, to: keyValue.lease)
            }
        }
    }
}

extension Alarms {
    fileprivate mutating func raise(_ alarm: EtcdStorage.Alarm) {
        switch alarm.kind {
        case .noSpace: self.raise(Alarm(kind: 1, memberID: alarm.memberID))
        case .corrupt: self.raise(Alarm(kind: 2, memberID: alarm.memberID))
        case .other: return
        }
    }
}
