/// The tables of the kinds that Kubernetes itself has.
///
/// Sources: kubernetes/kubernetes `pkg/printers/internalversion/printers.go` (1.36) for all but APIService;
/// the columns of kinds that are gone are those of the last release that had them.
extension ObjectTable {
    /// How objects of a kind are shown.
    ///
    /// - Parameters:
    ///   - group: Of the stored or of the served version; empty for the core group.
    ///   - kind: Such as `Deployment`.
    /// - Returns: Name and creation time where the API server has no columns of its own for the kind.
    public static func builtIn(group: String, kind: String) -> ObjectTable {
        self.builtIn[group]?[kind] ?? self.createdAt
    }

    private static let builtIn: [String: [String: ObjectTable]] = [
        "": core,
        "events.k8s.io": ["Event": event],
        "apps": workloads,
        "extensions": extensions,
        "batch": ["Job": job, "CronJob": cronJob],
        "autoscaling": ["HorizontalPodAutoscaler": horizontalPodAutoscaler],
        "policy": policy,
        "networking.k8s.io": networking,
        "discovery.k8s.io": ["EndpointSlice": endpointSlice],
        "rbac.authorization.k8s.io": ["RoleBinding": roleBinding, "ClusterRoleBinding": roleBinding],
        "storage.k8s.io": storage,
        "scheduling.k8s.io": ["PriorityClass": priorityClass],
        "coordination.k8s.io": ["Lease": lease, "LeaseCandidate": leaseCandidate],
        "node.k8s.io": ["RuntimeClass": runtimeClass],
        "flowcontrol.apiserver.k8s.io": [
            "FlowSchema": flowSchema, "PriorityLevelConfiguration": priorityLevelConfiguration,
        ],
        "admissionregistration.k8s.io": admission,
        "apiregistration.k8s.io": ["APIService": apiService],
        "certificates.k8s.io": [
            "CertificateSigningRequest": certificateSigningRequest, "ClusterTrustBundle": clusterTrustBundle,
            "PodCertificateRequest": podCertificateRequest,
        ],
        "internal.apiserver.k8s.io": ["StorageVersion": storageVersion],
        "storagemigration.k8s.io": ["StorageVersionMigration": storageVersionMigration],
        "resource.k8s.io": [
            "DeviceClass": nameAndAge, "ResourceClaim": resourceClaim, "ResourceClaimTemplate": nameAndAge,
            "ResourceSlice": resourceSlice, "DeviceTaintRule": deviceTaintRule,
        ],
    ]

    private static let core: [String: ObjectTable] = [
        "Pod": pod, "PodTemplate": podTemplate, "Node": node, "Service": service, "Endpoints": endpoints,
        "Event": event, "PersistentVolume": persistentVolume,
        "PersistentVolumeClaim": persistentVolumeClaim, "ConfigMap": configMap, "Secret": secret,
        "Namespace": namespace, "ResourceQuota": resourceQuota, "ServiceAccount": nameAndAge,
        "ReplicationController": replicationController,
    ]

    private static let workloads: [String: ObjectTable] = [
        "Deployment": deployment, "StatefulSet": statefulSet, "ReplicaSet": replicaSet,
        "DaemonSet": daemonSet, "ControllerRevision": controllerRevision,
    ]

    private static let policy: [String: ObjectTable] = [
        "PodDisruptionBudget": podDisruptionBudget, "PodSecurityPolicy": podSecurityPolicy,
    ]

    private static let networking: [String: ObjectTable] = [
        "Ingress": ingress, "IngressClass": ingressClass, "NetworkPolicy": networkPolicy,
        "ServiceCIDR": serviceCIDR, "IPAddress": ipAddress,
    ]

    /// What was here before it had a group of its own.
    private static let extensions = workloads.merging(networking) { own, _ in own }
        .merging(policy) { own, _ in own }

    private static let storage: [String: ObjectTable] = [
        "StorageClass": storageClass, "VolumeAttributesClass": volumeAttributesClass,
        "VolumeAttachment": volumeAttachment, "CSINode": csiNode, "CSIDriver": csiDriver,
        "CSIStorageCapacity": csiStorageCapacity,
    ]

    private static let admission: [String: ObjectTable] = [
        "MutatingWebhookConfiguration": webhookConfiguration,
        "ValidatingWebhookConfiguration": webhookConfiguration,
        "ValidatingAdmissionPolicy": validatingAdmissionPolicy,
        "ValidatingAdmissionPolicyBinding": admissionPolicyBinding,
        "MutatingAdmissionPolicy": mutatingAdmissionPolicy,
        "MutatingAdmissionPolicyBinding": admissionPolicyBinding,
    ]
}
