import EtcdRPC
import NIOCore
import NIOEmbedded
import Testing

struct PingAbsorberTests {
    /// SETTINGS, a PING, DATA of 5 bytes, an answered PING, a PING, and half a head.
    static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    static let data: [UInt8] = [0, 0, 5, 0, 0, 0, 0, 0, 1, 9, 9, 9, 9, 9]
    static let ended: [UInt8] = ping(1, flags: 1)
    static let stream = settings + ping(7) + data + ended + ping(8)

    @Test(arguments: 0...PingAbsorberTests.stream.count)
    func answersPingsHoweverTheBytesAreCut(at cut: Int) throws {
        let channel = try channelWithAbsorber()
        try channel.writeInbound(ByteBuffer(bytes: Self.stream[..<cut]))
        try channel.writeInbound(ByteBuffer(bytes: Self.stream[cut...]))
        #expect(try inbound(channel) == Self.settings + Self.data + Self.ended)
        #expect(try outbound(channel) == ping(7, flags: 1) + ping(8, flags: 1))
    }

    @Test func answersPingsThatArriveByteByByte() throws {
        let channel = try channelWithAbsorber()
        for byte in Self.stream { try channel.writeInbound(ByteBuffer(bytes: [byte])) }
        #expect(try inbound(channel) == Self.settings + Self.data + Self.ended)
        #expect(try outbound(channel) == ping(7, flags: 1) + ping(8, flags: 1))
    }

    @Test func leavesTheClientsPrefaceAlone() throws {
        let channel = EmbeddedChannel()
        let absorber = PingAbsorber(readsFromClient: true, now: channel.eventLoop.now)
        try channel.pipeline.syncOperations.addHandler(absorber)
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        try channel.writeInbound(ByteBuffer(bytes: preface + ping(3)))
        #expect(try inbound(channel) == preface)
        #expect(try outbound(channel) == ping(3, flags: 1))
    }

    @Test func leavesFramesThatOnlyLookLikePings() throws {
        let channel = try channelWithAbsorber()
        let onStream: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        let tooLong: [UInt8] = [0, 0, 9, 6, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 9)
        try channel.writeInbound(ByteBuffer(bytes: onStream + tooLong))
        #expect(try inbound(channel) == onStream + tooLong)
        #expect(try outbound(channel) == [])
    }

    @Test func handsOnAFlood() throws {
        let channel = try channelWithAbsorber()
        let flood = (0..<UInt8(250)).flatMap { ping($0) }
        try channel.writeInbound(ByteBuffer(bytes: flood))
        #expect(try outbound(channel).count == PingAllowance.base * 17)
        #expect(try inbound(channel) == Array(flood[(PingAllowance.base * 17)...]))
    }

    @Test func allowsAPingForEachWriteOfOurs() throws {
        let channel = try channelWithAbsorber()
        for number in 0..<1000 {
            try channel.writeOutbound(ByteBuffer(bytes: Self.data))
            try channel.writeInbound(ByteBuffer(bytes: ping(UInt8(number % 256))))
        }
        #expect(try inbound(channel) == [])
    }

    @Test func allowsMoreWhenTimeHasPassed() {
        let start = NIODeadline.uptimeNanoseconds(0)
        var allowance = PingAllowance(now: start)
        let first = (0..<PingAllowance.base).map { _ in allowance.spend(now: start) }
        #expect(!first.contains(false))
        let later = [29, 30].map { allowance.spend(now: start + .seconds($0)) }
        #expect(later == [false, true])
    }

    @Test func savesUpNoMoreThanItsLimit() {
        let start = NIODeadline.uptimeNanoseconds(0)
        var allowance = PingAllowance(now: start)
        allowance.earn(byteCount: 1 << 40)
        let spent = (0...PingAllowance.limit).map { _ in allowance.spend(now: start) }
        #expect(spent.firstIndex(of: false) == PingAllowance.limit)
    }
}

private func ping(_ number: UInt8, flags: UInt8 = 0) -> [UInt8] {
    [0, 0, 8, 6, flags, 0, 0, 0, 0] + [UInt8](repeating: number, count: 8)
}

private func channelWithAbsorber() throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    let absorber = PingAbsorber(readsFromClient: false, now: channel.eventLoop.now)
    try channel.pipeline.syncOperations.addHandler(absorber)
    return channel
}

private func inbound(_ channel: EmbeddedChannel) throws -> [UInt8] {
    var all: [UInt8] = []
    while let buffer = try channel.readInbound(as: ByteBuffer.self) { all += Array(buffer.readableBytesView) }
    return all
}

private func outbound(_ channel: EmbeddedChannel) throws -> [UInt8] {
    var all: [UInt8] = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
        all += Array(buffer.readableBytesView)
    }
    return all
}
