import EtcdServer
import GRPCCore
import Testing

struct EtcdRefusalTests {
    @Test func keepsEtcdsCodeAndText() {
        let refusal = EtcdError(.outOfRange, "etcdserver: mvcc: required revision has been compacted")
        #expect(refusal.code == .outOfRange)
    }
}
