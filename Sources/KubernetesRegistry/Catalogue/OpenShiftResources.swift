/// The resources that OpenShift's own API servers keep below `/openshift.io`, in the table form of
/// ``KubernetesResources``.
///
/// Source: openshift/openshift-apiserver `pkg/cmd/openshift-apiserver/openshiftapiserver/openshift_apiserver.go`,
/// openshift/oauth-apiserver `pkg/cmd/oauth-apiserver/server.go`, openshift/api.
enum OpenShiftResources {
    static let usual = """
        apps.openshift.io:
            deploymentconfigs DeploymentConfig namespaced dc all
        authorization.openshift.io:
            rolebindingrestrictions RoleBindingRestriction namespaced - -
        build.openshift.io:
            buildconfigs BuildConfig namespaced bc all
            builds       Build       namespaced -  all
        image.openshift.io:
            images       Image       cluster    -  -
            imagestreams ImageStream namespaced is all
        network.openshift.io:
            clusternetworks       ClusterNetwork      cluster    - - @registry/sdnnetworks
            egressnetworkpolicies EgressNetworkPolicy namespaced - - @registry/egressnetworkpolicy
            hostsubnets           HostSubnet          cluster    - - @registry/sdnsubnets
            netnamespaces         NetNamespace        cluster    - - @registry/sdnnetnamespaces
        oauth.openshift.io:
            oauthaccesstokens         OAuthAccessToken         cluster - - @oauth/accesstokens
            oauthauthorizetokens      OAuthAuthorizeToken      cluster - - @oauth/authorizetokens
            oauthclients              OAuthClient              cluster - - @oauth/clients
            oauthclientauthorizations OAuthClientAuthorization cluster - - @oauth/clientauthorizations
        route.openshift.io:
            routes Route namespaced - all
        security.openshift.io:
            rangeallocations RangeAllocation cluster - -
        template.openshift.io:
            brokertemplateinstances BrokerTemplateInstance cluster    - -
            templateinstances       TemplateInstance       namespaced - -
            templates               Template               namespaced - -
        user.openshift.io:
            groups     Group    cluster - -
            identities Identity cluster - - @useridentities
            users      User     cluster - -
        """
}
