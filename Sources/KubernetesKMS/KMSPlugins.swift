internal import GRPCCore
public import KubernetesCodec
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Asks KMS plugins for keys, over the Unix sockets at which they listen.
///
/// A plugin that cannot be reached or does not answer in time is not asked again: a snapshot may hold thousands
/// of values that need it.
public final class KMSPlugins: KeyService {
    private let silent = Mutex<[KMSPlugin: CodecError]>([:])

    public init() {}

    /// Asks, and blocks the calling thread meanwhile.
    ///
    /// The call itself runs on a thread of NIO's, so it goes on even when all threads of Swift's own tasks wait here.
    public func decrypt(_ request: DataKeyRequest) throws(CodecError) -> [UInt8] {
        let plugin = request.plugin
        if let error = self.silent.withLock({ $0[plugin] }) { throw error }
        do {
            return try self.answer(to: request).wait()
        } catch let refusal as PluginRefusal {
            throw CodecError(.encrypted("\(plugin) refused: \(refusal)"))
        } catch {
            let error = CodecError(.encrypted("\(plugin) \(whatFailed(error))"))
            self.silent.withLock { $0[plugin] = error }
            throw error
        }
    }

    private func answer(to request: DataKeyRequest) -> EventLoopFuture<[UInt8]> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: [UInt8].self)
        let call = Task(executorPreference: LoopExecutor(loop)) {
            do {
                promise.succeed(try await PluginCall(request).run())
            } catch {
                promise.fail(error)
            }
        }
        let alarm = loop.scheduleTask(in: TimeAmount(request.plugin.timeout)) {
            promise.fail(PluginTimeout())
            call.cancel()
        }
        promise.futureResult.whenComplete { _ in alarm.cancel() }
        return promise.futureResult
    }
}

/// The plugin took too long.
private struct PluginTimeout: Error {}

/// What to say of a plugin that gave no answer.
private func whatFailed(_ error: any Error) -> String {
    switch error {
    case is PluginTimeout: "did not answer in time"
    case let error as RPCError where error.code == .deadlineExceeded: "did not answer in time"
    case let error as EndpointError: error.description
    default: "cannot be reached"
    }
}

/// Runs tasks on the thread of an event loop.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
