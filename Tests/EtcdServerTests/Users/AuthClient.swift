import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore
import StoreTestSupport
import SwiftProtobuf

@testable import EtcdServer

/// A client of one store that keeps the tokens it is given.
actor AuthClient<Transport: ClientTransport> {
    private let api: AnsweringEtcd<Transport>
    private var tokens: [AuthName: String] = [:]

    init(_ api: AnsweringEtcd<Transport>) {
        self.api = api
    }

    func hasToken(of user: String) -> Bool { self.tokens[AuthName(user)] != nil }

    func take(_ step: AuthStep) async throws -> StoreAnswer {
        let metadata = self.metadata(step.sender)
        if case .store(let request) = step.call {
            return try await self.api.answer(request, metadata: metadata)
        }
        return try await StoreAnswer.of { try await self.answer(step.call, metadata) }
    }

    private func metadata(_ sender: AuthStep.Sender) -> Metadata {
        switch sender {
        case .nobody: [:]
        case .stranger: ["token": "strange.7"]
        case .user(let name): self.tokens[AuthName(name)].map { ["token": "\($0)"] } ?? [:]
        }
    }

    private func answer(_ call: AuthStep.Call, _ metadata: Metadata) async throws -> any Message {
        let auth = Etcdserverpb_Auth.Client(wrapping: self.api.grpc)
        switch call {
        case .enable: return plain(try await auth.authEnable(.init(), metadata: metadata))
        case .disable:
            let response = try await auth.authDisable(.init(), metadata: metadata)
            // etcd 3.5.1 refuses tokens while authentication is off, later ones overlook them.
            self.tokens = [:]
            return plain(response)
        case .status: return plain(try await auth.authStatus(.init(), metadata: metadata))
        case .authenticate(let request):
            var response = try await auth.authenticate(request, metadata: metadata)
            self.tokens[AuthName(request.name)] = response.token
            response.token = ""
            return plain(response)
        case .userAdd(let request): return plain(try await auth.userAdd(request, metadata: metadata))
        case .userGet(let request): return plain(try await auth.userGet(request, metadata: metadata))
        case .userList: return plain(try await auth.userList(.init(), metadata: metadata))
        case .userDelete(let request): return plain(try await auth.userDelete(request, metadata: metadata))
        case .changePassword(let request):
            return plain(try await auth.userChangePassword(request, metadata: metadata))
        case .grantRole(let request):
            return plain(try await auth.userGrantRole(request, metadata: metadata))
        case .revokeRole(let request):
            return plain(try await auth.userRevokeRole(request, metadata: metadata))
        case .roleAdd(let request): return plain(try await auth.roleAdd(request, metadata: metadata))
        case .roleGet(let request): return plain(try await auth.roleGet(request, metadata: metadata))
        case .roleList: return plain(try await auth.roleList(.init(), metadata: metadata))
        case .roleDelete(let request): return plain(try await auth.roleDelete(request, metadata: metadata))
        case .grantPermission(let request):
            return plain(try await auth.roleGrantPermission(request, metadata: metadata))
        case .revokePermission(let request):
            return plain(try await auth.roleRevokePermission(request, metadata: metadata))
        case .store(let request):
            guard case .message(let message) = try await self.api.answer(request, metadata: metadata)
            else { return Etcdserverpb_ResponseHeader() }
            return message
        }
    }
}

private func plain<Response: HeaderedResponse>(_ response: Response) -> Response {
    var response = response
    response.header = response.header.anonymous
    return response
}
