import EtcdMessages
import FoundationEssentials

/// Takes from a request what may be shown: never a value, never a password or its hash.
extension LoggedAction {
    init(_ kind: LoggedRequest, of request: Etcdserverpb_InternalRaftRequest) {
        self.init(request: kind)
        switch kind {
        case .v2: self = LoggedAction(request.v2)
        case .range: self.operations = [Operation(request.range, in: nil)]
        case .put: self.operations = [Operation(request.put, in: nil)]
        case .deleteRange: self.operations = [Operation(request.deleteRange, in: nil)]
        case .txn: self.add(request.txn, in: nil)
        case .compaction: self.add("revision", request.compaction.revision)
        case .leaseGrant:
            self.add("lease", id: request.leaseGrant.id)
            self.add("ttl", request.leaseGrant.ttl)
        case .leaseRevoke: self.add("lease", id: request.leaseRevoke.id)
        case .leaseCheckpoint:
            for checkpoint in request.leaseCheckpoint.checkpoints {
                self.add("lease", id: checkpoint.id)
                self.add("remaining_ttl", checkpoint.remainingTtl)
            }
        case .alarm: self.add(request.alarm)
        case .clusterVersionSet: self.add("version", request.clusterVersionSet.ver)
        case .clusterMemberAttributesSet:
            let change = request.clusterMemberAttrSet
            self.add("member", id: Int64(bitPattern: change.memberID))
            self.add("name", change.memberAttributes.name)
            for url in change.memberAttributes.clientUrls { self.add("client_url", url) }
        case .downgradeInfoSet:
            self.add("enabled", request.downgradeInfoSet.enabled ? "true" : "false")
            self.add("version", request.downgradeInfoSet.ver)
        case .downgradeVersionTest, .authEnable, .authDisable, .authStatus, .userList, .roleList: break
        default: self.addNames(of: request)
        }
    }

    init(_ request: Etcdserverpb_Request) {
        self.init(request: .v2)
        self.add("method", request.method)
        if !request.path.isEmpty { self.add("path", request.path) }
        let count = request.val.utf8.count
        if count > 0 { self.details.append(Detail(name: "value", content: .byteCount(count))) }
    }

    /// Requests about users and roles.
    private mutating func addNames(of request: Etcdserverpb_InternalRaftRequest) {
        switch self.request {
        case .authenticate: self.add("user", request.authenticate.name)
        case .userAdd: self.add("user", request.authUserAdd.name)
        case .userDelete: self.add("user", request.authUserDelete.name)
        case .userGet: self.add("user", request.authUserGet.name)
        case .userChangePassword: self.add("user", request.authUserChangePassword.name)
        case .userGrantRole:
            self.add("user", request.authUserGrantRole.user)
            self.add("role", request.authUserGrantRole.role)
        case .userRevokeRole:
            self.add("user", request.authUserRevokeRole.name)
            self.add("role", request.authUserRevokeRole.role)
        case .roleAdd: self.add("role", request.authRoleAdd.name)
        case .roleDelete: self.add("role", request.authRoleDelete.role)
        case .roleGet: self.add("role", request.authRoleGet.role)
        case .roleGrantPermission:
            let change = request.authRoleGrantPermission
            self.add("role", change.name)
            self.add("key", String(decoding: change.perm.key, as: UTF8.self))
            self.add("range_end", String(decoding: change.perm.rangeEnd, as: UTF8.self))
        case .roleRevokePermission:
            let change = request.authRoleRevokePermission
            self.add("role", change.role)
            self.add("key", String(decoding: change.key, as: UTF8.self))
            self.add("range_end", String(decoding: change.rangeEnd, as: UTF8.self))
        default: break
        }
    }

    private mutating func add(_ request: Etcdserverpb_TxnRequest, in branch: Operation.Branch?) {
        self.comparisons += request.compare.map(Comparison.init)
        self.add(request.success, in: branch ?? .success)
        self.add(request.failure, in: branch ?? .failure)
    }

    private mutating func add(_ operations: [Etcdserverpb_RequestOp], in branch: Operation.Branch) {
        for operation in operations {
            switch operation.request {
            case .requestRange(let range): self.operations.append(Operation(range, in: branch))
            case .requestPut(let put): self.operations.append(Operation(put, in: branch))
            case .requestDeleteRange(let delete): self.operations.append(Operation(delete, in: branch))
            case .requestTxn(let inner): self.add(inner, in: branch)
            case nil: break
            }
        }
    }

    private mutating func add(_ request: Etcdserverpb_AlarmRequest) {
        let action =
            switch request.action {
            case .get: "get"
            case .activate: "activate"
            case .deactivate: "deactivate"
            case .UNRECOGNIZED(let number): "\(number)"
            }
        let alarm =
            switch request.alarm {
            case .none: "NONE"
            case .nospace: "NOSPACE"
            case .corrupt: "CORRUPT"
            case .UNRECOGNIZED(let number): "\(number)"
            }
        self.add("action", action)
        self.add("alarm", alarm)
        self.add("member", id: Int64(bitPattern: request.memberID))
    }

    private mutating func add(_ name: String, _ text: String) {
        self.details.append(Detail(name: name, content: .text(text)))
    }

    private mutating func add(_ name: String, _ number: Int64) {
        self.details.append(Detail(name: name, content: .number(number)))
    }

    private mutating func add(_ name: String, id: Int64) {
        self.details.append(Detail(name: name, content: .identifier(UInt64(bitPattern: id))))
    }
}

extension LoggedAction.Operation {
    fileprivate init(_ request: Etcdserverpb_RangeRequest, in branch: Branch?) {
        self.init(
            kind: .range,
            branch: branch,
            key: [UInt8](request.key),
            rangeEnd: [UInt8](request.rangeEnd),
            valueByteCount: nil,
            lease: 0
        )
    }

    fileprivate init(_ request: Etcdserverpb_PutRequest, in branch: Branch?) {
        self.init(
            kind: .put,
            branch: branch,
            key: [UInt8](request.key),
            rangeEnd: [],
            valueByteCount: request.value.count,
            lease: request.lease
        )
    }

    fileprivate init(_ request: Etcdserverpb_DeleteRangeRequest, in branch: Branch?) {
        self.init(
            kind: .deleteRange,
            branch: branch,
            key: [UInt8](request.key),
            rangeEnd: [UInt8](request.rangeEnd),
            valueByteCount: nil,
            lease: 0
        )
    }
}

extension LoggedAction.Comparison {
    fileprivate init(_ compare: Etcdserverpb_Compare) {
        self.target =
            switch compare.target {
            case .version: .version
            case .create: .create
            case .mod: .mod
            case .value: .value
            case .lease: .lease
            case .UNRECOGNIZED: .unknown
            }
        self.result =
            switch compare.result {
            case .equal: .equal
            case .greater: .greater
            case .less: .less
            case .notEqual: .notEqual
            case .UNRECOGNIZED: .unknown
            }
        self.key = [UInt8](compare.key)
        switch compare.targetUnion {
        case .version(let number), .createRevision(let number), .modRevision(let number), .lease(let number):
            self.number = number
        case .value(let value): self.valueByteCount = value.count
        case nil: break
        }
    }
}
