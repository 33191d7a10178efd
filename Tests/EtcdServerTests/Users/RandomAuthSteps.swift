import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import TestSupport

@testable import EtcdServer

/// Random calls about users, roles, permissions and keys; the same seed gives the same.
///
/// There are few names and keys, so that calls meet. It keeps what it needs to make calls that succeed.
struct RandomAuthSteps {
    private var random: SeededGenerator
    /// The passwords of the users, as far as they have one.
    private var passwords: [AuthName: String] = [:]
    /// Who has a token.
    private var signedIn: Set<AuthName> = []
    private var isEnabled = false
    /// How often each role was granted a permission since it was deleted: etcd 3.5.1 sorts seven with the
    /// same key as chance will have it.
    private var grants: [AuthName: Int] = [:]
    private var begun: [AuthStep.Call]

    private static let users = ["root", "alice", "bob", "carol", "j\u{F6}rg", "jo\u{308}rg", "token-only"]
    // The last two look alike, and are two.
    private static let roles = ["root", "reader", "writer", "caf\u{E9}", "cafe\u{301}"]
    private static let keys = ["a", "a/1", "a/2", "b", "b/1", "c", "d"]
    private static let secrets = ["first", "second", "p\u{E4}ss"]

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        self.begun = [
            .enable, .userAdd(.with { ($0.name, $0.password) = ("root", "first") }), .enable,
            .grantRole(.with { ($0.user, $0.role) = ("root", "root") }), .enable,
            .authenticate(.with { ($0.name, $0.password) = ("root", "first") }),
        ].reversed()
    }

    mutating func next() -> AuthStep {
        if let call = self.begun.popLast() { return AuthStep(sender: .nobody, call: call) }
        let sender = self.sender()
        switch Int.random(in: 0..<1000, using: &self.random) {
        case ..<420: return AuthStep(sender: sender, call: .store(self.storeRequest()))
        case ..<600: return AuthStep(sender: self.oftenRoot(), call: self.roleCall())
        case ..<800: return AuthStep(sender: self.oftenRoot(), call: self.userCall())
        case ..<870: return AuthStep(sender: sender, call: self.question())
        case ..<980: return AuthStep(sender: .nobody, call: self.authenticate())
        case ..<990: return AuthStep(sender: self.oftenRoot(), call: .enable)
        default: return AuthStep(sender: self.chance(4) ? self.oftenRoot() : sender, call: .disable)
        }
    }

    /// Notes what a call that succeeded has changed.
    mutating func note(_ call: AuthStep.Call) {
        switch call {
        case .enable: self.isEnabled = true
        case .authenticate(let request): self.signedIn.insert(AuthName(request.name))
        case .disable:
            self.isEnabled = false
            self.signedIn = []
            self.begun = [.enable, self.login("root")].reversed()
        case .userAdd(let request) where !request.options.noPassword:
            self.passwords[AuthName(request.name)] = request.password
        case .changePassword(let request):
            if self.passwords[AuthName(request.name)] != nil {
                self.passwords[AuthName(request.name)] = request.password
            }
            self.signedIn.remove(AuthName(request.name))
            if request.name == "root" { self.begun = [self.login("root")] }
        case .userDelete(let request):
            self.passwords[AuthName(request.name)] = nil
            self.signedIn.remove(AuthName(request.name))
        case .grantPermission(let request): self.grants[AuthName(request.name), default: 0] += 1
        case .roleDelete(let request): self.grants[AuthName(request.role)] = 0
        default: break
        }
        if !self.isEnabled, self.begun.isEmpty, self.chance(3) {
            self.begun = [
                .userAdd(.with { ($0.name, $0.password) = ("root", "first") }),
                .grantRole(.with { ($0.user, $0.role) = ("root", "root") }), .enable, self.login("root"),
            ].reversed()
        }
    }

    /// Everything that can be listed, asked by root.
    var questions: [AuthStep] {
        var calls: [AuthStep.Call] = [self.login("root"), .status, .userList, .roleList]
        calls += Self.users.map { name in .userGet(.with { $0.name = name }) }
        calls += Self.roles.map { name in .roleGet(.with { $0.role = name }) }
        return calls.map { AuthStep(sender: .user("root"), call: $0) }
    }

    private func login(_ name: String) -> AuthStep.Call {
        .authenticate(.with { ($0.name, $0.password) = (name, self.passwords[AuthName(name)] ?? "first") })
    }
}

// MARK: Users and roles

extension RandomAuthSteps {
    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self.random) == 0 }

    private mutating func pick(_ words: [String]) -> String {
        if self.chance(40) { return "" }
        return words.randomElement(using: &self.random) ?? ""
    }

    private mutating func sender() -> AuthStep.Sender {
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0: .nobody
        case 1 where self.isEnabled: .stranger
        case 2...4: .user(self.pick(Self.users))
        default: .user((self.signedIn.sorted().randomElement(using: &self.random) ?? .root).text)
        }
    }

    private mutating func oftenRoot() -> AuthStep.Sender { self.chance(8) ? self.sender() : .user("root") }

    private mutating func authenticate() -> AuthStep.Call {
        let name = self.pick(Self.users)
        guard self.chance(5) else { return self.login(name) }
        let password = self.pick(Self.secrets)
        return .authenticate(.with { ($0.name, $0.password) = (name, password) })
    }

    private mutating func question() -> AuthStep.Call {
        let (user, role) = (self.pick(Self.users), self.pick(Self.roles))
        switch Int.random(in: 0..<8, using: &self.random) {
        case 0: return .status
        case 1: return .userList
        case 2: return .roleList
        case 3...4: return .userGet(.with { $0.name = user })
        default: return .roleGet(.with { $0.role = role })
        }
    }

    private mutating func userCall() -> AuthStep.Call {
        let (user, role, password) = (self.pick(Self.users), self.pick(Self.roles), self.pick(Self.secrets))
        switch Int.random(in: 0..<20, using: &self.random) {
        case ..<6:
            return .userAdd(
                .with {
                    $0.name = user
                    $0.password = password
                    if user == "token-only" { $0.options.noPassword = true }
                }
            )
        case ..<7: return .userDelete(.with { $0.name = user })
        case ..<9: return .changePassword(.with { ($0.name, $0.password) = (user, password) })
        case ..<17: return .grantRole(.with { ($0.user, $0.role) = (user, role) })
        default: return .revokeRole(.with { ($0.name, $0.role) = (user, role) })
        }
    }

    private mutating func roleCall() -> AuthStep.Call {
        let role = self.pick(Self.roles)
        switch Int.random(in: 0..<20, using: &self.random) {
        case ..<5: return .roleAdd(.with { $0.name = role })
        case ..<6: return .roleDelete(.with { $0.role = role })
        case ..<16 where self.grants[AuthName(role), default: 0] >= 6:
            return .roleDelete(.with { $0.role = role })
        case ..<16:
            let permission = self.permission()
            return .grantPermission(
                .with {
                    $0.name = role
                    if let permission { $0.perm = permission }
                }
            )
        default:
            let permission = self.permission() ?? .init()
            return .revokePermission(
                .with { ($0.role, $0.key, $0.rangeEnd) = (role, permission.key, permission.rangeEnd) }
            )
        }
    }

    /// Of keys that are there; etcd 3.5.1 takes such as have none, later ones do not.
    private mutating func permission() -> Authpb_Permission? {
        if self.chance(20) { return nil }
        let range = self.range()
        let type =
            [.read, .write, .readwrite].randomElement(using: &self.random) ?? Authpb_Permission.TypeEnum.read
        return .with { ($0.key, $0.rangeEnd, $0.permType) = (range.key, range.end, type) }
    }
}

// MARK: Keys

extension RandomAuthSteps {
    /// A key, a range from it to a later one, or all from it on.
    private mutating func range() -> (key: Data, end: Data) {
        let key = Data((Self.keys.randomElement(using: &self.random) ?? "a").utf8)
        switch Int.random(in: 0..<6, using: &self.random) {
        case 0: return (key, Data([0]))
        case 1...2: return (key, key.dropLast() + [(key.last ?? 0) + 1])
        case 3: return (key, Data("d".utf8) + [0])
        default: return (key, Data())
        }
    }

    /// A request about keys or the lease, without what etcd 3.5.1 checks less than later ones.
    ///
    /// Those are what a transaction's puts return, their leases, transactions in transactions, and leases
    /// without a token. Calls of maintenance are left out too: their refusals have no code in etcd.
    private mutating func storeRequest() -> StoreRequest {
        switch Int.random(in: 0..<19, using: &self.random) {
        case ..<6: return .put(self.put(withLease: true))
        case ..<11: return .range(self.rangeRequest())
        case ..<14: return .deleteRange(self.deleteRange(prevKv: true))
        case ..<18:
            return .txn(
                .with {
                    if self.chance(2) {
                        $0.compare = [
                            .with { compare in
                                (compare.key, compare.rangeEnd) = self.range()
                                compare.target = .version
                                compare.result = .greater
                                compare.version = 0
                            }
                        ]
                    }
                    $0.success = [self.operation()]
                    if self.chance(2) { $0.failure = [self.operation()] }
                }
            )
        default: return .leaseRevoke(.with { $0.id = 7 })
        }
    }

    private mutating func operation() -> Etcdserverpb_RequestOp {
        switch Int.random(in: 0..<3, using: &self.random) {
        case 0: .with { $0.requestRange = self.rangeRequest() }
        case 1: .with { $0.requestPut = self.put(withLease: false) }
        default: .with { $0.requestDeleteRange = self.deleteRange(prevKv: self.chance(2)) }
        }
    }

    private mutating func rangeRequest() -> Etcdserverpb_RangeRequest {
        .with {
            ($0.key, $0.rangeEnd) = self.range()
            if self.chance(30) { $0.key = Data() }
        }
    }

    private mutating func put(withLease: Bool) -> Etcdserverpb_PutRequest {
        .with {
            $0.key = self.range().key
            if self.chance(30) { $0.key = Data() }
            $0.value = Data("\(Int.random(in: 0..<100, using: &self.random))".utf8)
            if withLease {
                $0.prevKv = self.chance(3)
                if self.chance(6) { $0.lease = self.chance(4) ? 8 : 7 }
            }
        }
    }

    private mutating func deleteRange(prevKv: Bool) -> Etcdserverpb_DeleteRangeRequest {
        .with {
            ($0.key, $0.rangeEnd) = self.range()
            $0.prevKv = prevKv && self.chance(2)
        }
    }
}
