public import EtcdMessages
import FoundationEssentials
import ProtobufWire
import SwiftProtobuf

/// What a request of a cluster's log asks for, by the names of its fields.
///
/// Source: etcd-io/etcd `api/etcdserverpb/raft_internal.proto`; `server/etcdserver/apply/uber_apply.go`, `dispatch`.
public enum LoggedRequest: String, Hashable, Sendable, CaseIterable {
    case v2
    case clusterVersionSet = "cluster_version_set"
    case clusterMemberAttributesSet = "cluster_member_attr_set"
    case downgradeInfoSet = "downgrade_info_set"
    case downgradeVersionTest = "downgrade_version_test"
    case range
    case put
    case deleteRange = "delete_range"
    case txn
    case compaction
    case leaseGrant = "lease_grant"
    case leaseRevoke = "lease_revoke"
    case leaseCheckpoint = "lease_checkpoint"
    case alarm
    case authenticate
    case authEnable = "auth_enable"
    case authDisable = "auth_disable"
    case authStatus = "auth_status"
    case userAdd = "auth_user_add"
    case userDelete = "auth_user_delete"
    case userChangePassword = "auth_user_change_password"
    case userGrantRole = "auth_user_grant_role"
    case userRevokeRole = "auth_user_revoke_role"
    case userGet = "auth_user_get"
    case userList = "auth_user_list"
    case roleAdd = "auth_role_add"
    case roleDelete = "auth_role_delete"
    case roleGet = "auth_role_get"
    case roleList = "auth_role_list"
    case roleGrantPermission = "auth_role_grant_permission"
    case roleRevokePermission = "auth_role_revoke_permission"
}

extension Etcdserverpb_InternalRaftRequest {
    /// What it asks for; nil for something that these etcds do not know.
    public var loggedRequest: LoggedRequest? {
        switch true {
        // The most frequent ones first.
        case self.hasTxn: .txn
        case self.hasPut: .put
        case self.hasLeaseGrant: .leaseGrant
        case self.hasLeaseRevoke: .leaseRevoke
        case self.hasDeleteRange: .deleteRange
        case self.hasCompaction: .compaction
        case self.hasRange: .range
        case self.hasLeaseCheckpoint: .leaseCheckpoint
        case self.hasAlarm: .alarm
        case self.hasV2: .v2
        case self.hasClusterVersionSet: .clusterVersionSet
        case self.hasClusterMemberAttrSet: .clusterMemberAttributesSet
        case self.hasDowngradeInfoSet: .downgradeInfoSet
        case self.hasAuthenticate: .authenticate
        default: self.requestAboutUsers
        }
    }

    private var requestAboutUsers: LoggedRequest? {
        switch true {
        case self.hasAuthEnable: .authEnable
        case self.hasAuthDisable: .authDisable
        case self.hasAuthStatus: .authStatus
        case self.hasAuthUserAdd: .userAdd
        case self.hasAuthUserDelete: .userDelete
        case self.hasAuthUserChangePassword: .userChangePassword
        case self.hasAuthUserGrantRole: .userGrantRole
        case self.hasAuthUserRevokeRole: .userRevokeRole
        case self.hasAuthUserGet: .userGet
        case self.hasAuthUserList: .userList
        case self.hasAuthRoleAdd: .roleAdd
        case self.hasAuthRoleDelete: .roleDelete
        case self.hasAuthRoleGet: .roleGet
        case self.hasAuthRoleList: .roleList
        case self.hasAuthRoleGrantPermission: .roleGrantPermission
        case self.hasAuthRoleRevokePermission: .roleRevokePermission
        default: self.testsDowngrade ? .downgradeVersionTest : nil
        }
    }

    /// Whether it is the request of etcd 3.6 and later that finds out whether all members know downgrades.
    private var testsDowngrade: Bool {
        let bytes = [UInt8](self.unknownFields.data)
        var reader = ProtobufReader(0..<bytes.count)
        while let field = try? reader.next(in: bytes.span.bytes) {
            if field.number == Self.downgradeVersionTest { return true }
        }
        return false
    }

    /// The number of its field.
    private static let downgradeVersionTest = 9900
}
