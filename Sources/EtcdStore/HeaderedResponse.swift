public import EtcdMessages

/// An answer with a header.
public protocol HeaderedResponse: Sendable {
    var header: Etcdserverpb_ResponseHeader { get set }
}

extension Etcdserverpb_PutResponse: HeaderedResponse {}
extension Etcdserverpb_DeleteRangeResponse: HeaderedResponse {}
extension Etcdserverpb_TxnResponse: HeaderedResponse {}
extension Etcdserverpb_AuthenticateResponse: HeaderedResponse {}
extension Etcdserverpb_AuthStatusResponse: HeaderedResponse {}
extension Etcdserverpb_AuthEnableResponse: HeaderedResponse {}
extension Etcdserverpb_AuthDisableResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleListResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleGetResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleAddResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleDeleteResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleGrantPermissionResponse: HeaderedResponse {}
extension Etcdserverpb_AuthRoleRevokePermissionResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserListResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserGetResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserAddResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserDeleteResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserChangePasswordResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserGrantRoleResponse: HeaderedResponse {}
extension Etcdserverpb_AuthUserRevokeRoleResponse: HeaderedResponse {}
