import Dispatch
import Synchronization

/// Runs `body` for 0 to `count` - 1 on all processors, and returns the answers in order.
///
/// - Throws: What the lowest failing index threw.
func concurrently<Answer: Sendable, Failure>(
    count: Int,
    _ body: @Sendable (Int) throws(Failure) -> Answer
) throws(Failure) -> [Answer] {
    let answers = Mutex([Result<Answer, Failure>?](repeating: nil, count: count))
    withoutActuallyEscaping(body) { body in
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let answer = Result { () throws(Failure) in try body(index) }
            answers.withLock { $0[index] = answer }
        }
    }
    var found: [Answer] = []
    found.reserveCapacity(count)
    for case let answer? in answers.withLock({ $0 }) { found.append(try answer.get()) }
    return found
}
