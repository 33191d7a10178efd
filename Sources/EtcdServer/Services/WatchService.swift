import EtcdMessages
import EtcdRPC
import GRPCCore

/// etcd's watches.
struct WatchService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        router.streaming(Etcdserverpb_Watch.Method.Watch.descriptor, of: served) {
            (
                messages: RPCAsyncSequence<Sized<Etcdserverpb_WatchRequest>, any Error>,
                writer: RPCWriter<WatchAnswer>,
                caller
            ) in
            served.counts.watchStreams.count()
            defer { served.counts.watchStreams.count(-1) }
            try await untilStopped { try await served.watch(messages, writer, caller) }
        }
    }
}

extension ServedStore {
    /// Serves one stream until the client ends it.
    fileprivate func watch(
        _ messages: RPCAsyncSequence<Sized<Etcdserverpb_WatchRequest>, any Error>,
        _ writer: RPCWriter<WatchAnswer>,
        _ caller: Caller
    ) async throws {
        let signal = Signal()
        let number = self.watchSignals.add(signal)
        defer { self.watchSignals.remove(number) }
        let requests = WatchRequests(signal: signal)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await message in messages { try await requests.add(message.message) }
                // A client that sends no more may still want to read.
                try await Task.sleep(for: .seconds(1 << 40))
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: self.progressPause())
                    requests.remindOfProgress()
                }
            }
            group.addTask {
                let stream = WatchStream(self, caller, requests, writer)
                while true {
                    while try await stream.step() {
                        try Task.checkCancellation()
                        // Reading what is long past is not to keep others waiting.
                        await Task.yield()
                    }
                    if requests.takeReminder() { try await stream.reportProgress() }
                    try await signal.wait()
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The interval and up to a tenth more, so that watches made together do not report together.
    private func progressPause() -> Duration {
        let interval = self.options.watchProgressInterval
        return interval + interval / 1000 * Int.random(in: 0...100)
    }
}
