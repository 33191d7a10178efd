import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

/// What Go writes as `null` when it is absent: pointers, slices and maps whose `json` tag has no `omitempty`.
struct NullFieldsTests {
    @Test func everyPointerListAndMapWithoutOmitemptyIsNullWhenItIsAbsent() throws {
        let expected = Set(goFieldsWithoutOmitempty.split(separator: "\n").map(String.init))
        #expect(try Set(self.nullsOfEmptyMessages()) == expected)
    }

    /// A release later than 1.36 has no `resources`, but what 1.36 stored has a nil map.
    @Test func anAbsentMapOfAPodsClaimsIsNull() throws {
        let claim: [UInt8] = [0x0A, 2] + Array("rc".utf8)
        // Pod.status (3), nodeAllocatableResourceClaimStatuses (21).
        let statuses: [UInt8] = [0xAA, 0x01, UInt8(claim.count)] + claim
        let pod: [UInt8] = [0x1A, UInt8(statuses.count)] + statuses
        var decoder = MessageDecoder()
        try decoder.decode(try #require(Schema.known.message(apiVersion: "v1", kind: "Pod")), pod)
        let found = try #require(decoder.document.root["status"]?["nodeAllocatableResourceClaimStatuses"])
        var writer = JSONWriter()
        writer.write(found)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"[{"resourceClaimName":"rc","resources":null}]"#
        )
    }

    /// A line for each message that has such fields: its name, then theirs.
    private func nullsOfEmptyMessages() throws -> [String] {
        var lines: [String] = []
        for (index, name) in try self.messageNames().enumerated()
        where Schema.known.messages[index].form == .object && !self.formsOfGo.contains(name) {
            var decoder = MessageDecoder()
            try decoder.decode(UInt16(index), [])
            let members = decoder.document.root.members.map { member in
                #expect(member.value.kind == .null, "\(name).\(member.name)")
                return String(member.name)
            }
            if !members.isEmpty { lines.append(([name] + members).joined(separator: " ")) }
        }
        return lines
    }

    /// Field sets of 1.14 and 1.15, which Go code of its own writes.
    private let formsOfGo = ["meta.v1.Fields"]

    /// The names of the schema's messages, which the program itself does not need.
    private func messageNames() throws -> [String] {
        try ["kubernetes", "openshift"].flatMap { table in
            let path = Repository.root.pushing(FilePath("Sources/CSchemas/Tables/\(table).txt"))
            return try String(contentsOfFile: path.string, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("M ") }.map { String($0.split(separator: " ")[1]) }
        }
    }
}

/// For each message, its fields as they are called in JSON.
///
/// Source: the struct tags in `types.go` of kubernetes/api (branches release-1.8 to release-1.36 and master),
/// kubernetes/apimachinery, kubernetes/apiextensions-apiserver, kubernetes/kube-aggregator and openshift/api; of
/// several releases the newest that has the field. 5,641 fields were compared with the table's flags.
private let goFieldsWithoutOmitempty = """
    admissionregistration.v1.MutatingWebhook admissionReviewVersions sideEffects
    admissionregistration.v1.ValidatingWebhook admissionReviewVersions sideEffects
    admissionregistration.v1alpha1.AdmissionHookClientConfig caBundle
    apiextensions.v1.CustomResourceDefinitionSpec versions
    apiextensions.v1.CustomResourceDefinitionStatus conditions storedVersions
    apiextensions.v1.WebhookConversion conversionReviewVersions
    apiextensions.v1beta1.CustomResourceDefinitionStatus conditions storedVersions
    apps.v1.DaemonSetSpec selector
    apps.v1.DeploymentSpec selector
    apps.v1.ReplicaSetSpec selector
    apps.v1.StatefulSetSpec selector
    apps.v1beta2.DaemonSetSpec selector
    apps.v1beta2.DeploymentSpec selector
    apps.v1beta2.ReplicaSetSpec selector
    apps.v1beta2.StatefulSetSpec selector
    auditregistration.v1alpha1.Policy stages
    autoscaling.v2.HorizontalPodAutoscalerStatus currentMetrics
    autoscaling.v2beta1.HorizontalPodAutoscalerStatus conditions currentMetrics
    autoscaling.v2beta2.HorizontalPodAutoscalerStatus conditions currentMetrics
    batch.v1.PodFailurePolicy rules
    batch.v1.PodFailurePolicyOnExitCodesRequirement values
    batch.v1.SuccessPolicy rules
    certificates.v1.CertificateSigningRequestSpec request
    certificates.v1.PodCertificateRequestSpec stubPKCS10Request
    certificates.v1alpha1.PodCertificateRequestSpec pkixPublicKey proofOfPossession
    certificates.v1beta1.CertificateSigningRequestSpec request
    certificates.v1beta1.PodCertificateRequestSpec pkixPublicKey proofOfPossession stubPKCS10Request
    core.v1.AzureFilePersistentVolumeSource secretNamespace
    core.v1.CephFSPersistentVolumeSource monitors
    core.v1.CephFSVolumeSource monitors
    core.v1.ContainerImage names
    core.v1.EphemeralContainers ephemeralContainers
    core.v1.EvictionResponder priority
    core.v1.GRPCAction service
    core.v1.LimitRangeSpec limits
    core.v1.NodeAllocatableMappedResources quantity
    core.v1.NodeAllocatableResourceClaimStatus resources
    core.v1.NodeSelector nodeSelectorTerms
    core.v1.PodExtendedResourceClaimStatus requestMappings
    core.v1.PodSpec containers
    core.v1.ProjectedVolumeSource sources
    core.v1.RBDPersistentVolumeSource monitors
    core.v1.RBDVolumeSource monitors
    core.v1.RangeAllocation data
    core.v1.ScaleIOPersistentVolumeSource secretRef
    core.v1.ScaleIOVolumeSource secretRef
    core.v1.TopologySelectorLabelRequirement values
    core.v1.TypedLocalObjectReference apiGroup
    core.v1.TypedObjectReference apiGroup
    discovery.v1.Endpoint addresses
    discovery.v1.EndpointSlice endpoints ports
    discovery.v1alpha1.Endpoint addresses
    discovery.v1alpha1.EndpointSlice endpoints ports
    discovery.v1beta1.Endpoint addresses
    discovery.v1beta1.EndpointSlice endpoints ports
    extensions.v1beta1.HTTPIngressRuleValue paths
    extensions.v1beta1.RuntimeClassStrategyOptions allowedRuntimeClassNames
    flowcontrol.v1.LimitedPriorityLevelConfiguration nominalConcurrencyShares
    flowcontrol.v1.NonResourcePolicyRule nonResourceURLs verbs
    flowcontrol.v1.PolicyRulesWithSubjects subjects
    flowcontrol.v1.ResourcePolicyRule apiGroups namespaces resources verbs
    flowcontrol.v1alpha1.NonResourcePolicyRule nonResourceURLs verbs
    flowcontrol.v1alpha1.PolicyRulesWithSubjects subjects
    flowcontrol.v1alpha1.ResourcePolicyRule apiGroups namespaces resources verbs
    flowcontrol.v1beta1.NonResourcePolicyRule nonResourceURLs verbs
    flowcontrol.v1beta1.PolicyRulesWithSubjects subjects
    flowcontrol.v1beta1.ResourcePolicyRule apiGroups namespaces resources verbs
    flowcontrol.v1beta2.NonResourcePolicyRule nonResourceURLs verbs
    flowcontrol.v1beta2.PolicyRulesWithSubjects subjects
    flowcontrol.v1beta2.ResourcePolicyRule apiGroups namespaces resources verbs
    flowcontrol.v1beta3.NonResourcePolicyRule nonResourceURLs verbs
    flowcontrol.v1beta3.PolicyRulesWithSubjects subjects
    flowcontrol.v1beta3.ResourcePolicyRule apiGroups namespaces resources verbs
    lifecycle.v1alpha1.TargetResponder priority
    meta.v1.Initializers pending
    networking.v1.HTTPIngressPath pathType
    networking.v1.HTTPIngressRuleValue paths
    networking.v1.IngressClassParametersReference scope
    networking.v1beta1.HTTPIngressRuleValue paths
    networking.v1beta1.IngressClassParametersReference scope
    policy.v1beta1.RuntimeClassStrategyOptions allowedRuntimeClassNames
    rbac.v1.ClusterRole rules
    rbac.v1.PolicyRule verbs
    rbac.v1.Role rules
    rbac.v1alpha1.ClusterRole rules
    rbac.v1alpha1.PolicyRule verbs
    rbac.v1alpha1.Role rules
    rbac.v1beta1.ClusterRole rules
    rbac.v1beta1.PolicyRule verbs
    rbac.v1beta1.Role rules
    resource.v1.AllocatedDeviceStatus conditions
    resource.v1.CapacityRequestPolicy default
    resource.v1.DeviceClaim requests
    resource.v1alpha2.NamedResourcesIntSlice ints
    resource.v1alpha2.NamedResourcesResources instances
    resource.v1alpha2.NamedResourcesStringSlice strings
    resource.v1alpha2.StructuredResourceHandle results
    resource.v1alpha3.AllocatedDeviceStatus conditions
    resource.v1alpha3.DeviceClaim requests
    resource.v1alpha3.DeviceRequestAllocationResult adminAccess
    resource.v1alpha3.ResourceSliceSpec devices
    resource.v1beta1.AllocatedDeviceStatus conditions
    resource.v1beta1.CapacityRequestPolicy default
    resource.v1beta1.DeviceClaim requests
    resource.v1beta2.AllocatedDeviceStatus conditions
    resource.v1beta2.CapacityRequestPolicy default
    resource.v1beta2.DeviceClaim requests
    scheduling.v1alpha1.WorkloadSpec podGroups
    scheduling.v1alpha2.PodGroupSpec podGroupTemplateRef
    scheduling.v1alpha2.PodGroupTemplate schedulingConstraints
    scheduling.v1alpha2.PodGroupTemplateReference workload
    scheduling.v1alpha2.WorkloadSpec podGroupTemplates
    scheduling.v1alpha3.CompositePodGroupSpec workloadRef
    scheduling.v1alpha3.PodGroupTemplate schedulingConstraints
    scheduling.v1alpha3.WorkloadSpec podGroupTemplates
    scheduling.v1beta1.PodGroupTemplate schedulingConstraints
    scheduling.v1beta1.WorkloadSpec podGroupTemplates
    storage.v1.CSINodeDriver topologyKeys
    storage.v1.CSINodeSpec drivers
    storage.v1beta1.CSINodeDriver topologyKeys
    storage.v1beta1.CSINodeSpec drivers
    openshift.apps.v1.DeploymentConfigSpec triggers
    openshift.apps.v1.DeploymentDetails causes
    openshift.apps.v1.ExecNewPodHook command
    openshift.authorization.v1.ClusterRole rules
    openshift.authorization.v1.ClusterRoleBinding groupNames subjects userNames
    openshift.authorization.v1.GroupRestriction groups labels
    openshift.authorization.v1.PolicyRule resources verbs
    openshift.authorization.v1.Role rules
    openshift.authorization.v1.RoleBinding groupNames subjects userNames
    openshift.authorization.v1.RoleBindingRestrictionSpec grouprestriction serviceaccountrestriction userrestriction
    openshift.authorization.v1.ServiceAccountRestriction namespaces serviceaccounts
    openshift.authorization.v1.UserRestriction groups labels users
    openshift.build.v1.BuildVolume mounts
    openshift.build.v1.CommonSpec nodeSelector
    openshift.cloudnetwork.v1.CloudPrivateIPConfigStatus conditions
    openshift.image.v1.ImageBlobReferences config layers
    openshift.image.v1.ImageLayerData size
    openshift.image.v1.ImageSignature content
    openshift.image.v1.ImageStreamLayers blobs images
    openshift.image.v1.ImageStreamTag tag
    openshift.image.v1.ImageTag image spec status
    openshift.image.v1.NamedTagEventList items
    openshift.image.v1.TagReference annotations generation
    openshift.network.v1.ClusterNetwork clusterNetworks
    openshift.network.v1.EgressNetworkPolicySpec egress
    openshift.networkoperator.v1.EgressRouterSpec addresses
    openshift.networkoperator.v1.EgressRouterStatus conditions
    openshift.oauth.v1.ClusterRoleScopeRestriction namespaces roleNames
    openshift.quota.v1.ClusterResourceQuotaSelector annotations labels
    openshift.quota.v1.ClusterResourceQuotaStatus namespaces
    openshift.route.v1.RouteHTTPHeaderActions request response
    openshift.route.v1.RouteTargetReference weight
    openshift.security.v1.RangeAllocation data
    openshift.security.v1.SecurityContextConstraints allowedCapabilities defaultAddCapabilities groups priority requiredDropCapabilities users volumes
    openshift.template.v1.Template objects
    openshift.template.v1.TemplateInstanceSpec requester
    openshift.user.v1.Group users
    openshift.user.v1.User groups
    """
