/// What one of the checks found.
public enum ClusterCheckResult: CheckResult {
    /// The store holds no objects of Kubernetes, so that there is nothing to check.
    case noObjects
    case store(StoreCheck.Result)
    case decoding(DecodingCheck.Result)
    case encryption(EncryptionCheck.Result)
    case names(NameCheck.Result)
    case namespaces(NamespaceCheck.Result)
    case customResources(CustomResourceCheck.Result)
    case owners(OwnerCheck.Result)
    case serviceAddresses(ServiceCheck.Addresses)
    case nodePorts(ServiceCheck.NodePorts)
    case volumes(VolumeCheck.Result)
    case webhooks(WebhookCheck.Result)
    case apiServices(APIServiceCheck.Result)
    case deletions(DeletionCheck.Result)

    public var outcome: CheckOutcome { self.result?.outcome ?? .notChecked }
    public var count: Int { self.result?.count ?? 0 }

    /// The check's own result; nil for ``noObjects``.
    private var result: (any CheckResult)? {
        switch self {
        case .noObjects: nil
        case .store(let result): result
        case .decoding(let result): result
        case .encryption(let result): result
        case .names(let result): result
        case .namespaces(let result): result
        case .customResources(let result): result
        case .owners(let result): result
        case .serviceAddresses(let result): result
        case .nodePorts(let result): result
        case .volumes(let result): result
        case .webhooks(let result): result
        case .apiServices(let result): result
        case .deletions(let result): result
        }
    }
}
