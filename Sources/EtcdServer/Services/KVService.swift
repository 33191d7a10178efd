import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore

/// etcd's KV: reading, writing, transactions, compaction.
struct KVService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let store = served.store
        typealias Method = Etcdserverpb_KV.Method
        router.unaryReply(Method.Range.descriptor, of: served) {
            (request: Sized<Etcdserverpb_RangeRequest>, caller) in
            let message = request.message
            try message.check()
            try served.access.permissions(of: caller).checkRead(message.key, message.rangeEnd)
            return try served.reply(isLarge: store.isLarge(message)) {
                try served.access.reading(caller) { (permissions) throws(EtcdError) in
                    try permissions.checkRead(message.key, message.rangeEnd)
                    return try store.rangeAnswer(message)
                }
            }
        }
        router.unary(Method.Put.descriptor, of: served) { (request: Sized<Etcdserverpb_PutRequest>, caller) in
            try served.requireWritable()
            try served.requireSize(request.byteCount)
            try store.requireSpace(for: request.message)
            try request.message.check()
            return try served.access.writing(caller) { (permissions) throws(EtcdError) in
                try store.put(request.message, as: permissions)
            }
        }
        router.unary(Method.DeleteRange.descriptor, of: served) {
            (request: Sized<Etcdserverpb_DeleteRangeRequest>, caller) in
            try served.requireWritable()
            try served.requireSize(request.byteCount)
            try request.message.check()
            return try served.access.writing(caller) { (permissions) throws(EtcdError) in
                try store.deleteRange(request.message, as: permissions)
            }
        }
        router.unaryReply(Method.Txn.descriptor, of: served) {
            (request: Sized<Etcdserverpb_TxnRequest>, caller) in
            let message = request.message
            if message.writes { try served.requireWritable() }
            try served.requireSize(request.byteCount)
            try store.requireSpace(for: message)
            try message.check()
            let isReadOnly = message.isReadOnly
            if served.access.isEnabled {
                let permissions = try served.access.permissions(of: caller)
                // A large answer waits for its turn only when it will be given.
                if isReadOnly { try store.check(message, as: permissions) }
            }
            @Sendable func answer(_ permissions: Permissions) throws(EtcdError) -> Etcdserverpb_TxnResponse {
                try store.txn(message, as: permissions)
            }
            return try served.reply(isLarge: store.isLarge(message)) {
                MessageAnswer(
                    message: isReadOnly
                        ? try served.access.reading(caller, answer)
                        : try served.access.writing(caller, answer)
                )
            }
        }
        router.unary(Method.Compact.descriptor, of: served) {
            (request: Sized<Etcdserverpb_CompactionRequest>, caller) in
            try served.requireWritable()
            try served.access.permissions(of: caller).requireName()
            return try await served.longWork.compact { try store.compact(request.message) }
        }
    }
}

extension ServedStore {
    /// A large answer waits for its turn.
    fileprivate func reply<Content: Answer>(
        isLarge: Bool,
        _ make: @escaping @Sendable () throws -> Content
    ) throws -> Reply<Content> {
        guard isLarge else { return .ready(try make()) }
        return .later { try await self.longWork.answer(make) }
    }
}

extension Etcdserverpb_TxnRequest {
    /// Whether any of its operations would change something.
    fileprivate var writes: Bool {
        (self.success + self.failure).contains { operation in
            switch operation.request {
            case .requestPut?, .requestDeleteRange?: true
            case .requestTxn(let inner)?: inner.writes
            case .requestRange?, nil: false
            }
        }
    }
}
