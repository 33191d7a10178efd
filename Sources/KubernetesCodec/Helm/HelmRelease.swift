/// A release of Helm 3 or 4, as it is kept in a Secret or a ConfigMap.
///
/// Source: helm/helm `pkg/storage/driver/{util,secrets,cfgmaps}.go`, `pkg/release/v1/{release,info,hook}.go`.
public struct HelmRelease: Sendable {
    /// The release as Helm writes it.
    public let document: Document

    /// Reads the release in an object that ``isRelease(_:)``.
    ///
    ///     Secret      data.release: base64 of the API, then what a ConfigMap has
    ///     ConfigMap   data.release: base64 of gzip of JSON; old ones are not packed
    ///
    /// - Throws: `.malformed`, `.truncated` or `.tooLarge`.
    public init(_ object: Value) throws(CodecError) {
        guard let text = object["data", "release"]?.string else {
            throw CodecError(.malformed("it has no data.release"))
        }
        var bytes = try decoded(Array(text.utf8))
        if object["kind"]?.string == "Secret" { bytes = try decoded(bytes) }
        if Gzip.isGzip(bytes) { bytes = try Gzip.unpack(bytes) }
        let document = try Document(json: bytes)
        guard document.root.kind == .object else {
            throw CodecError(.malformed("the release is not an object"))
        }
        self.document = document
    }

    /// Whether a Secret or ConfigMap holds a release; those of Helm 2 are not meant.
    public static func isRelease(_ object: Value) -> Bool {
        switch object["kind"]?.string {
        case "Secret": object["type"]?.string == "helm.sh/release.v1"
        case "ConfigMap":
            object["metadata", "labels", "owner"]?.string == "helm" && object["data", "release"] != nil
        default: false
        }
    }
}

private func decoded(_ text: [UInt8]) throws(CodecError) -> [UInt8] {
    guard let bytes = Base64.decode(text) else { throw CodecError(.malformed("data.release is not base64")) }
    return bytes
}

extension HelmRelease {
    private var root: Value { self.document.root }
    private var chart: Value? { self.root["chart", "metadata"] }

    public var name: String { self.root["name"]?.string ?? "" }
    public var namespace: String { self.root["namespace"]?.string ?? "" }
    /// Counts the installs, upgrades and rollbacks from 1.
    public var revision: Int64 { self.root["version"]?.integer ?? 0 }

    /// What became of it: `deployed`, `superseded`, `failed`, `uninstalled`, `pending-upgrade` and so on.
    public var status: String { self.root["info", "status"]?.string ?? "" }
    /// What happened in this revision: `Install complete`.
    public var summary: String { self.root["info", "description"]?.string ?? "" }
    /// RFC 3339; empty when unknown.
    public var firstDeployed: String { self.root["info", "first_deployed"]?.string ?? "" }
    /// RFC 3339; empty when unknown.
    public var lastDeployed: String { self.root["info", "last_deployed"]?.string ?? "" }
    /// What the chart tells its users after an install.
    public var notes: String { self.root["info", "notes"]?.string ?? "" }

    public var chartName: String { self.chart?["name"]?.string ?? "" }
    public var chartVersion: String { self.chart?["version"]?.string ?? "" }
    public var appVersion: String { self.chart?["appVersion"]?.string ?? "" }

    /// The values that the user gave; nil when there were none.
    public var values: Value? { notNull(self.root["config"]) }
    /// The chart's own values.
    public var defaultValues: Value? { notNull(self.root["chart", "values"]) }

    /// The objects of the release as YAML, without the hooks.
    public var manifest: String { self.root["manifest"]?.string ?? "" }
    public var hooks: [Hook] { self.root["hooks"]?.elements.map(Hook.init) ?? [] }

    /// An object that Helm makes at certain moments, such as before an upgrade.
    public struct Hook: Sendable {
        public let value: Value

        public var name: String { self.value["name"]?.string ?? "" }
        public var kind: String { self.value["kind"]?.string ?? "" }
        /// Of the template in the chart.
        public var path: String { self.value["path"]?.string ?? "" }
        /// The moments: `pre-install`, `post-upgrade` and so on.
        public var events: [String] { self.value["events"]?.elements.compactMap(\.string) ?? [] }
        public var manifest: String { self.value["manifest"]?.string ?? "" }
    }
}

private func notNull(_ value: Value?) -> Value? { value?.isNull == false ? value : nil }
