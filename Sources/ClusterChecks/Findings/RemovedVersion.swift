/// A version of a kind that a release of Kubernetes no longer serves.
public struct RemovedVersion: Hashable, Sendable {
    /// `apps/v1beta1`.
    public var apiVersion: String
    public var kind: String
    /// Of the first release 1.x that does not serve it.
    public var minor: Int
    /// The version that stays; nil when there is none.
    public var replacement: String?
}

extension RemovedVersion {
    /// The removal of a version; nil when it is not known to be removed.
    init?(apiVersion: String, kind: String) {
        guard let known = Self.known["\(apiVersion) \(kind)"] else { return nil }
        self = known
    }

    private static let known: [String: RemovedVersion] = {
        var known: [String: RemovedVersion] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 3, let minor = Int(words[0]) else { continue }
            for kind in words[3...] {
                known["\(words[1]) \(kind)"] = RemovedVersion(
                    apiVersion: words[1],
                    kind: kind,
                    minor: minor,
                    replacement: words[2] == "-" ? nil : words[2]
                )
            }
        }
        return known
    }()

    /// Lines of: the minor number of the release, the version, the one that stays or `-`, and the kinds.
    ///
    /// Sources: kubernetes/website "Deprecated API Migration Guide"; kubernetes/api 1.37
    /// `*/zz_generated.prerelease-lifecycle.go`, `APILifecycleRemoved`, for releases to come.
    private static let table = """
        16 apps/v1beta1 apps/v1 ControllerRevision Deployment StatefulSet
        16 apps/v1beta2 apps/v1 ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet
        16 extensions/v1beta1 - PodSecurityPolicy
        16 extensions/v1beta1 apps/v1 DaemonSet Deployment ReplicaSet
        16 extensions/v1beta1 networking.k8s.io/v1 NetworkPolicy
        22 admissionregistration.k8s.io/v1beta1 admissionregistration.k8s.io/v1 MutatingWebhookConfiguration ValidatingWebhookConfiguration
        22 certificates.k8s.io/v1beta1 certificates.k8s.io/v1 CertificateSigningRequest
        22 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 Lease
        22 extensions/v1beta1 networking.k8s.io/v1 Ingress
        22 networking.k8s.io/v1beta1 networking.k8s.io/v1 Ingress IngressClass
        22 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1 ClusterRole ClusterRoleBinding Role RoleBinding
        22 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1 PriorityClass
        22 storage.k8s.io/v1beta1 storage.k8s.io/v1 CSIDriver CSINode StorageClass VolumeAttachment
        24 storage.k8s.io/v1alpha1 storage.k8s.io/v1 CSIStorageCapacity VolumeAttachment
        25 autoscaling/v2beta1 autoscaling/v2 HorizontalPodAutoscaler
        25 batch/v1beta1 batch/v1 CronJob
        25 discovery.k8s.io/v1beta1 discovery.k8s.io/v1 EndpointSlice
        25 events.k8s.io/v1beta1 events.k8s.io/v1 Event
        25 node.k8s.io/v1beta1 node.k8s.io/v1 RuntimeClass
        25 policy/v1beta1 - PodSecurityPolicy
        25 policy/v1beta1 policy/v1 PodDisruptionBudget
        26 autoscaling/v2beta2 autoscaling/v2 HorizontalPodAutoscaler
        26 flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1 FlowSchema PriorityLevelConfiguration
        27 storage.k8s.io/v1beta1 storage.k8s.io/v1 CSIStorageCapacity
        29 flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1 FlowSchema PriorityLevelConfiguration
        32 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
        32 flowcontrol.apiserver.k8s.io/v1beta3 flowcontrol.apiserver.k8s.io/v1 FlowSchema PriorityLevelConfiguration
        34 admissionregistration.k8s.io/v1beta1 admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
        35 storage.k8s.io/v1alpha1 storage.k8s.io/v1 VolumeAttributesClass
        37 certificates.k8s.io/v1alpha1 certificates.k8s.io/v1 ClusterTrustBundle
        37 networking.k8s.io/v1beta1 networking.k8s.io/v1 IPAddress ServiceCIDR
        37 storage.k8s.io/v1beta1 storage.k8s.io/v1 VolumeAttributesClass
        38 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1 MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
        38 coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 LeaseCandidate
        38 resource.k8s.io/v1beta1 resource.k8s.io/v1 DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice
        39 coordination.k8s.io/v1beta1 - LeaseCandidate
        39 resource.k8s.io/v1alpha3 resource.k8s.io/v1beta2 DeviceTaintRule
        39 resource.k8s.io/v1beta2 resource.k8s.io/v1 DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice
        40 admissionregistration.k8s.io/v1beta1 admissionregistration.k8s.io/v1 MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
        40 certificates.k8s.io/v1beta1 certificates.k8s.io/v1 ClusterTrustBundle PodCertificateRequest
        40 storagemigration.k8s.io/v1beta1 storagemigration.k8s.io/v1 StorageVersionMigration
        42 resource.k8s.io/v1alpha3 - ResourcePoolStatusRequest
        42 resource.k8s.io/v1beta2 - DeviceTaintRule
        43 lifecycle.k8s.io/v1alpha1 - Eviction EvictionRequest
        43 scheduling.k8s.io/v1beta1 - PodGroup Workload
        """
}
