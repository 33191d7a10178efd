import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

struct YAMLWriterTests {
    @Test(arguments: [
        "cluster-1.36/objects.yaml", "cluster-1.36/kubectl/get-deploy-svc-cm-monitoring.yaml",
        "encrypted/aescbc/objects.yaml", "encrypted/secretbox/objects.yaml",
    ])
    func writesWhatKubectlWroteByteForByte(_ fixture: String) throws {
        let text = try contents(of: Repository.fixture(fixture))
        var writer = YAMLWriter()
        writer.write(try Document(yaml: text))
        let (found, expected) = (writer.bytes.split(separator: 0x0A), text.split(separator: 0x0A))
        for (index, (line, other)) in zip(found, expected).enumerated() where line != other {
            Issue.record(
                "line \(index + 1): \(String(decoding: line, as: UTF8.self)), not \(String(decoding: other, as: UTF8.self))"
            )
            return
        }
        #expect(writer.bytes == text)
    }
}

func contents(of path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
