import EtcdRPC
import SwiftProtobuf

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

/// Cuts a watch response into several of which each stays below a size.
///
/// All but the last say that more of the same follows. One event is never cut, however large.
///
/// - Parameters:
///   - response: The whole.
///   - limit: What a message may have, in bytes.
/// - Returns: The parts, in order; the response itself when it is small.
/// - Throws: What serialising an event to measure it throws.
func fragments(
    of response: Etcdserverpb_WatchResponse,
    limit: Int
) throws -> [Etcdserverpb_WatchResponse] {
    /// Room for the header and the numbers beside the events.
    let headByteCount = 64
    var head = response
    head.events = []
    var fragments: [Etcdserverpb_WatchResponse] = []
    var current = head
    var size = headByteCount
    for event in response.events {
        let bytes: [UInt8] = try event.serializedBytes()
        let eventByteCount = bytes.count + 6
        if size + eventByteCount >= limit, !current.events.isEmpty {
            current.fragment = true
            fragments.append(current)
            current = head
            size = headByteCount
        }
        current.events.append(event)
        size += eventByteCount
    }
    return fragments + [current]
}
