/// The resources that Kubernetes keeps in etcd itself, and at which keys.
///
/// A line that ends in a colon names a group (`core` for the group without a name) and the groups in
/// which the same objects were or are served too. A line below it is one resource:
///
///     column      meaning
///     plural      the resource's name
///     kind        its lower-case form is the singular
///     scope       namespaced: <root>/<prefix>/<namespace>/<name>; cluster: <root>/<prefix>/<name>
///     short       short names, `-` for none
///     categories  such as `all`, `-` for none
///     @prefix     where the keys begin, when that is not the plural; `@group` for <group>/<plural>
///
/// Source: kubernetes/kubernetes `pkg/kubeapiserver/default_storage_factory_builder.go`,
/// `test/integration/etcd/data.go`.
enum KubernetesResources {
    /// In every cluster of a recent release.
    static let usual = """
        core:
            configmaps             ConfigMap             namespaced cm     -
            endpoints              Endpoints             namespaced ep     -   @services/endpoints
            limitranges            LimitRange            namespaced limits -
            namespaces             Namespace             cluster    ns     -
            nodes                  Node                  cluster    no     -   @minions
            persistentvolumeclaims PersistentVolumeClaim namespaced pvc    -
            persistentvolumes      PersistentVolume      cluster    pv     -
            pods                   Pod                   namespaced po     all
            podtemplates           PodTemplate           namespaced -      -
            replicationcontrollers ReplicationController namespaced rc     all @controllers
            resourcequotas         ResourceQuota         namespaced quota  -
            secrets                Secret                namespaced -      -
            serviceaccounts        ServiceAccount        namespaced sa     -
            services               Service               namespaced svc    all @services/specs
        core events.k8s.io:
            events Event namespaced ev -
        apiregistration.k8s.io:
            apiservices APIService cluster - api-extensions @group
        apps:
            controllerrevisions ControllerRevision namespaced -   -
            statefulsets        StatefulSet        namespaced sts all
        apps extensions:
            daemonsets  DaemonSet  namespaced ds     all
            deployments Deployment namespaced deploy all
            replicasets ReplicaSet namespaced rs     all
        autoscaling:
            horizontalpodautoscalers HorizontalPodAutoscaler namespaced hpa all
        batch:
            cronjobs CronJob namespaced cj all
            jobs     Job     namespaced -  all
        certificates.k8s.io:
            certificatesigningrequests CertificateSigningRequest cluster csr -
        networking.k8s.io:
            ingressclasses IngressClass cluster -  -
            ipaddresses    IPAddress    cluster ip -
            servicecidrs   ServiceCIDR  cluster -  -
        networking.k8s.io extensions:
            ingresses       Ingress       namespaced ing    - @ingress
            networkpolicies NetworkPolicy namespaced netpol -
        policy:
            poddisruptionbudgets PodDisruptionBudget namespaced pdb -
        rbac.authorization.k8s.io:
            clusterrolebindings ClusterRoleBinding cluster    - -
            clusterroles        ClusterRole        cluster    - -
            rolebindings        RoleBinding        namespaced - -
            roles               Role               namespaced - -
        storage.k8s.io:
            csidrivers              CSIDriver             cluster    -   -
            csinodes                CSINode               cluster    -   -
            csistoragecapacities    CSIStorageCapacity    namespaced -   -
            storageclasses          StorageClass          cluster    sc  -
            volumeattachments       VolumeAttachment      cluster    -   -
            volumeattributesclasses VolumeAttributesClass cluster    vac -
        admissionregistration.k8s.io:
            mutatingadmissionpolicies         MutatingAdmissionPolicy          cluster - api-extensions
            mutatingadmissionpolicybindings   MutatingAdmissionPolicyBinding   cluster - api-extensions
            mutatingwebhookconfigurations     MutatingWebhookConfiguration     cluster - api-extensions
            validatingadmissionpolicies       ValidatingAdmissionPolicy        cluster - api-extensions
            validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster - api-extensions
            validatingwebhookconfigurations   ValidatingWebhookConfiguration   cluster - api-extensions
        apiextensions.k8s.io:
            customresourcedefinitions CustomResourceDefinition cluster crd,crds api-extensions @group
        scheduling.k8s.io:
            priorityclasses PriorityClass cluster pc -
        coordination.k8s.io:
            leases          Lease          namespaced - -
            leasecandidates LeaseCandidate namespaced - -
        node.k8s.io:
            runtimeclasses RuntimeClass cluster - -
        discovery.k8s.io:
            endpointslices EndpointSlice namespaced - -
        resource.k8s.io:
            deviceclasses              DeviceClass               cluster    - -
            resourceclaims             ResourceClaim             namespaced - -
            resourceclaimtemplates     ResourceClaimTemplate     namespaced - -
            resourceslices             ResourceSlice             cluster    - -
            devicetaintrules           DeviceTaintRule           cluster    - -
            resourcepoolstatusrequests ResourcePoolStatusRequest cluster    - -
        flowcontrol.apiserver.k8s.io:
            flowschemas                 FlowSchema                 cluster - -
            prioritylevelconfigurations PriorityLevelConfiguration cluster - -
        internal.apiserver.k8s.io:
            storageversions StorageVersion cluster - -
        """

    /// Behind a feature gate, too new for most clusters, or gone from newer ones: a custom resource of
    /// the same name goes first unless objects of these are there.
    static let rare = """
        certificates.k8s.io:
            clustertrustbundles    ClusterTrustBundle    cluster    - -
            podcertificaterequests PodCertificateRequest namespaced - -
        storagemigration.k8s.io:
            storageversionmigrations StorageVersionMigration cluster - -
        scheduling.k8s.io:
            workloads          Workload          namespaced - -
            podgroups          PodGroup          namespaced - -
            compositepodgroups CompositePodGroup namespaced - -
        lifecycle.k8s.io:
            evictionrequests EvictionRequest namespaced - -
            evictions        Eviction        namespaced - -
        policy extensions:
            podsecuritypolicies PodSecurityPolicy cluster psp - @podsecuritypolicy
        extensions:
            thirdpartyresources ThirdPartyResource cluster - -
        settings.k8s.io:
            podpresets PodPreset namespaced - -
        admissionregistration.k8s.io:
            initializerconfigurations InitializerConfiguration cluster - -
        auditregistration.k8s.io:
            auditsinks AuditSink cluster - -
        networking.k8s.io:
            clustercidrs ClusterCIDR cluster - -
        resource.k8s.io:
            resourceclasses         ResourceClass           cluster    - -
            resourceclassparameters ResourceClassParameters namespaced - -
            resourceclaimparameters ResourceClaimParameters namespaced - -
            podschedulings          PodScheduling           namespaced - -
            podschedulingcontexts   PodSchedulingContext    namespaced - -
        """

    /// What API servers keep for themselves below their root; kubectl never shows it.
    static let bookkeeping = """
        core:
            ranges           RangeAllocation cluster - -
            masterleases     Endpoints       cluster - -
            peerserverleases Endpoints       cluster - -
        """
}
