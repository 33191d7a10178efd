import EtcdMessages
import EtcdStore
import Testing

@testable import EtcdServer

/// Answers that are longer than etcd sends.
struct AnswerSizeTests {
    private let refusal = EtcdError(
        .resourceExhausted,
        "grpc: trying to send message larger than max (2147483648 vs. 2147483647)"
    )

    @Test func anAnswerOfMoreThanTwoGiBIsRefusedInTheWordsOfEtcdsGRPC() throws {
        try requireSendable(Int(Int32.max))
        #expect(throws: refusal) { try requireSendable(Int(Int32.max) + 1) }
    }

    /// Each of its events is the same memory: together they are only put when it is serialised.
    @Test func aWatchAnswerIsRefusedBeforeItIsPutTogether() throws {
        let event = [UInt8](repeating: 0, count: 1 << 20)[...]
        let answer = WatchAnswer(head: .init(), events: Array(repeating: event, count: 1 << 11))
        let error = #expect(throws: EtcdError.self) { try answer.serialized() as [UInt8] }
        #expect(error?.code == .resourceExhausted)
    }
}
