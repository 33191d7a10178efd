import KubernetesCodec
import KubernetesRegistry

extension KindSummary {
    /// A Secret: how large its values are, and not what they say.
    func addSecret(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Type", object.takeText("type"))
        let value = self.description.object
        let isRelease = HelmRelease.isRelease(value)
        if isRelease { self.addRelease(to: &parts) }
        for (name, title) in [("data", "Data"), ("stringData", "String Data")] {
            object.take(name)
            guard let data = value.given(name) else { continue }
            guard data.kind == .object else {
                parts.fields.append(.field(title, "not shown"))
                continue
            }
            let fields = data.members.map { key, value in
                let text = value.scalarText ?? ""
                return Block.field(
                    key,
                    byteCountText(name == "data" ? decodedByteCount(text) : text.utf8.count)
                )
            }
            parts.add(fields.isEmpty ? .section(title, "<none>", []) : .section(title, fields))
        }
    }

    func addConfigMap(_ object: inout Unshown, to parts: inout Parts) {
        let value = self.description.object
        let isRelease = HelmRelease.isRelease(value)
        if isRelease { self.addRelease(to: &parts) }
        if let data = object.take("data") {
            let fields: [Block] = data.members.map { key, value in
                let text = value.scalarText ?? ""
                if isRelease, key == "release" { return .field(key, byteCountText(text.utf8.count)) }
                if text.utf8.contains(0x0A) { return .text(key, text) }
                return .field(key, text.isEmpty ? "\"\"" : text)
            }
            parts.add(fields.isEmpty ? .section("Data", "<none>", []) : .section("Data", fields))
        }
        if let data = object.take("binaryData") {
            let fields = data.members.map { key, value in
                Block.field(key, byteCountText(decodedByteCount(value.scalarText ?? "")))
            }
            if !fields.isEmpty { parts.add(.section("Binary Data", fields)) }
        }
    }

    /// Which release of Helm it is.
    private func addRelease(to parts: inout Parts) {
        do throws(CodecError) {
            let release = try HelmRelease(self.description.object)
            parts.add("Helm Release", "\(release.name), revision \(release.revision)")
            parts.add("Release Status", release.status)
            let app = release.appVersion.isEmpty ? "" : " (app version \(release.appVersion))"
            parts.add("Chart", "\(release.chartName) \(release.chartVersion)\(app)")
            parts.add("Deployed", self.generic.momentText(release.lastDeployed))
            parts.add("Release Note", oneLine(release.summary))
        } catch {
            parts.add("Helm Release", "not readable: \(error)")
        }
    }
}

private func byteCountText(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

/// How many bytes a base64 text stands for.
private func decodedByteCount(_ text: String) -> Int {
    var digitCount = 0
    for byte in text.utf8 where byte != UInt8(ascii: "=") && byte > 0x20 { digitCount += 1 }
    return digitCount * 3 / 4
}
