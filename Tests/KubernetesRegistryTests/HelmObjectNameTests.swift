import KubernetesRegistry
import Testing

/// What the names tell of the Secrets in which Helm keeps its releases.
struct HelmObjectNameTests {
    @Test(arguments: [
        ("sh.helm.release.v1.web.v1", "web", Int64(1)), ("sh.helm.release.v1.web.v12", "web", 12),
        ("sh.helm.release.v1.a.v2.v3", "a.v2", 3), ("sh.helm.release.v1.v1.v9", "v1", 9),
    ])
    func tellReleaseAndRevision(name: String, release: String, revision: Int64) {
        let read = HelmObjectName(name)
        #expect(read?.release == release)
        #expect(read?.revision == revision)
    }

    @Test(arguments: [
        "", "web", "sh.helm.release.v1.", "sh.helm.release.v1.web", "sh.helm.release.v1.web.v",
        "sh.helm.release.v1.web.1", "sh.helm.release.v1.web.vx", "sh.helm.release.v2.web.v1",
        "sh.helm.release.v1.web.v99999999999999999999",
    ])
    func areOfHelmAloneWithBoth(name: String) {
        #expect(HelmObjectName(name) == nil)
    }
}
