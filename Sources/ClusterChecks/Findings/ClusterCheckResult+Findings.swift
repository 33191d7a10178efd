extension ClusterCheckResult {
    /// What is wrong, one by one; nil where nothing is, and for results that other checks tell in more detail.
    var findings: (name: FindingCheckName, Sample<Finding>)? {
        switch self {
        case .decoding(.undecoded(let objects)):
            (.objects, objects.findings { Finding(.error, $0.object, .undecoded($0.problem)) })
        case .names(.different(let objects)):
            (.names, objects.findings { Finding(.warning, $0, .otherName) })
        case .namespaces(.missing(let namespaces)):
            (
                .namespaces,
                namespaces.findings { missing in
                    let problem = Finding.Problem.namespaceMissing(
                        missing.namespace,
                        objectCount: missing.objectCount
                    )
                    return Finding(.warning, missing.example, problem)
                }
            )
        case .customResources(.wrong(_, let problems)):
            (.customResources, problems.findings { Finding($0.severity, nil, .customResource($0)) })
        case .owners(.missing(let orphans, let others)): (.owners, ownerFindings(orphans, others))
        case .serviceAddresses(.wrong(let problems)):
            (.services, problems.findings { Finding(.warning, nil, .address($0)) })
        case .nodePorts(.wrong(let problems)):
            (.services, problems.findings { Finding(.warning, nil, .nodePort($0)) })
        case .volumes(.wrong(let problems)):
            (.volumes, problems.findings { Finding(.error, $0.object, .volume($0)) })
        case .deletions(.beingDeleted(_, let objects)):
            (.finalizers, objects.findings { Finding(.info, $0.object, .waitsForFinalizer($0.finalizer)) })
        default: nil
        }
    }
}

private func ownerFindings(
    _ orphans: Sample<ObjectReference>,
    _ others: Sample<ObjectReference>
) -> Sample<Finding> {
    var findings = orphans.findings { Finding(.warning, $0, .ownersMissing) }
    findings.add(others.findings { Finding(.info, $0, .oneOwnerMissing) })
    return findings
}

extension Sample {
    /// A finding for each; those that are not kept are counted.
    func findings(_ finding: (Element) -> Finding) -> Sample<Finding> {
        Sample<Finding>(self.kept.map(finding), count: self.count)
    }
}

extension Sample<Finding> {
    /// All of some findings, the worst first and else in their order, so that none is left out for one less grave.
    init(worstFirst findings: [Finding]) {
        self.init()
        for severity in Severity.allCases.reversed() {
            for finding in findings where finding.severity == severity { self.add(finding) }
        }
    }
}

extension CustomResourceCheck.Problem {
    fileprivate var severity: Severity {
        switch self {
        case .noDefinition: .warning
        case .noVersion, .storedVersionGone: .error
        }
    }
}

extension VolumeCheck.Problem {
    fileprivate var object: ObjectReference {
        switch self {
        case .volumeMissing(let claim, _), .volumeOfAnotherClaim(let claim, _, _),
            .volumeOfAnOlderClaim(let claim, _):
            ObjectReference(
                resource: "persistentvolumeclaims",
                namespace: claim.namespace,
                name: claim.name
            )
        case .claimMissing(let volume, _):
            ObjectReference(resource: "persistentvolumes", namespace: "", name: volume)
        }
    }
}
