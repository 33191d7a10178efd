public import EtcdStorage
public import KubernetesCodec

/// How bad a finding is.
public enum Severity: String, CaseIterable, Comparable, Sendable {
    /// Good to know.
    case info
    /// Something does not work, or will not before long.
    case warning
    /// Something that others need does not work.
    case error

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// One thing that is wrong with an object or with the store, and how bad it is.
public struct Finding: Hashable, Sendable {
    public var severity: Severity
    /// Nil for the store itself.
    public var object: ObjectReference?
    public var problem: Problem

    public init(_ severity: Severity, _ object: ObjectReference?, _ problem: Problem) {
        self.severity = severity
        self.object = object
        self.problem = problem
    }

    /// What is wrong.
    ///
    /// Times are in seconds since 1970.
    public enum Problem: Hashable, Sendable {
        /// `field` is where in the object the certificate stands.
        case certificateExpired(field: String, notAfter: Int64)
        case certificateExpiring(field: String, notAfter: Int64)
        case certificateNotYetValid(field: String, notBefore: Int64)
        case certificateUnreadable(field: String)

        /// `webhook` is the name of one of the object's webhooks; nil for the conversion of custom resources.
        case webhookWithoutService(webhook: String?, NamespacedName, refuses: Bool)
        case webhookWithoutEndpoints(webhook: String?, NamespacedName, refuses: Bool)
        case apiServiceWithoutService(NamespacedName)
        case apiServiceWithoutEndpoints(NamespacedName)

        case claimWithoutVolume(phase: String)
        /// Its class binds it when the first pod uses it.
        case claimWaitsForPod
        case volume(VolumeCheck.Problem)

        case namespaceMissing(String, objectCount: Int)
        case namespaceTerminating(since: Int64?, finalizers: [String], reasons: [String])
        case waitsForFinalizer(String)

        /// Stored in a version that a release no longer serves.
        case storedVersionRemoved(RemovedVersion)
        /// A tool applied it in such a version.
        case appliedVersionRemoved(RemovedVersion)
        case customResource(CustomResourceCheck.Problem)

        case ownersMissing
        case oneOwnerMissing

        case quotaNear(byteCount: Int, quota: Int)
        case quotaExceeded(byteCount: Int, quota: Int)
        case alarm(Alarm.Kind)

        /// Plain where others of its resource are encrypted or, if none is, where the configuration encrypts it.
        case plain(resource: String, encryptedCount: Int)
        /// So many objects are encrypted and were not opened, this one first, so that nothing in them was checked.
        case notOpened(CodecError, count: Int)

        case undecoded(CodecError)
        case otherName
        case address(ServiceCheck.AddressProblem)
        case nodePort(ServiceCheck.NodePortProblem)
    }
}

/// The checks, by what they are about.
public enum FindingCheckName: String, CaseIterable, Sendable {
    case store
    case certificates
    case webhooks
    case apiServices = "api-services"
    case volumes
    case namespaces
    case finalizers
    case versions
    case customResources = "custom-resources"
    case owners
    case encryption
    case objects
    case names
    case services
}

/// What one check found.
public struct CheckFindings: Sendable {
    public var check: FindingCheckName
    public var findings: Sample<Finding>
}
