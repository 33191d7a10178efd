import NIOCore
import Testing

@testable import EtcdServer

struct MessageProgressTests {
    private func message(_ length: Int) -> [UInt8] {
        [0] + withUnsafeBytes(of: UInt32(length).bigEndian) { Array($0) }
            + [UInt8](repeating: 7, count: length)
    }

    @Test func holdsWhatHasComeOfAMessageHoweverItIsCut() {
        let bytes = self.message(100) + self.message(0) + self.message(3)
        for step in 1...bytes.count {
            var progress = MessageProgress()
            var held: [Int] = []
            for start in stride(from: 0, to: bytes.count, by: step) {
                progress.receive(ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)]))
                held.append(progress.heldByteCount)
            }
            #expect(held.last == 0)
            if step == 1 { #expect(held == Array(1...104) + [0] + Array(1...4) + [0] + Array(1...7) + [0]) }
        }
    }

    @Test func keepsLargeMessagesInCount() {
        var progress = MessageProgress()
        progress.receive(ByteBuffer(bytes: self.message(100_000)))
        progress.receive(ByteBuffer(bytes: self.message(100) + self.message(70_000).prefix(1_000)))
        #expect(progress.heldByteCount == 100_005 + 1_000)
    }

    @Test func countsUpToTheLongestMessageThatAHeadCanName() {
        var progress = MessageProgress()
        progress.receive(ByteBuffer(bytes: [0, 0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 50)))
        #expect(progress.heldByteCount == 55)
    }
}
