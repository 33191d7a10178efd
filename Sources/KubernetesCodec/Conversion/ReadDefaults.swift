/// What an API server adds to a stored object when it is read: fields that are not stored since they have a default.
///
/// Source: kubernetes/kubernetes `pkg/apis/{core,apps,batch}/v1/defaults.go`; only what was seen to differ between
/// what an API server stores and what it shows.
enum ReadDefaults {
    /// Adds them to the object in `document`.
    ///
    /// - Throws: `.tooLarge`.
    static func apply(to document: inout Document) throws(CodecError) {
        switch document.root["kind"]?.string {
        case "PersistentVolumeClaim": try Self.addPhase(to: &document)
        case "StatefulSet": try Self.addTypes(to: &document)
        case "Job": try Self.addLabels(to: &document)
        default: break
        }
    }

    private static func addPhase(to document: inout Document) throws(CodecError) {
        guard let status = document.root["status"], status["phase"] == nil else { return }
        let node = status.node
        try document.insertMember("phase", document.addString("Pending"), of: node)
    }

    private static func addTypes(to document: inout Document) throws(CodecError) {
        let templates = document.root["spec", "volumeClaimTemplates"]?.elements.map(\.node) ?? []
        for template in templates {
            try document.insertMember("apiVersion", document.addString("v1"), of: template)
            try document.insertMember("kind", document.addString("PersistentVolumeClaim"), of: template)
        }
    }

    private static func addLabels(to document: inout Document) throws(CodecError) {
        let root = document.root
        guard root["metadata", "labels"] == nil, let metadata = root["metadata"],
            let labels = root["spec", "template", "metadata", "labels"]
        else { return }
        try document.setCopy("labels", of: metadata.node, to: labels)
    }
}
