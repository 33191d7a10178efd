import EtcdStorage
import JSONText
import KubernetesCodec
import KubernetesRegistry
public import Operations

/// Changes for programs, an object a line.
///
///     {"revision":2410,"time":"…","earliest":"…","latest":"…","change":"updated","resource":"deployments.apps",
///      "namespace":"shop","name":"web","managers":["kubectl"],"bytes":1312,
///      "fields":[{"change":"changed","new":2,"old":1,"path":"spec.replicas"}]}
///
/// A time that is not known is left out. `change` is `created`, `updated`, `deleted` or, for what a compaction left,
/// `state`; an update without `fields` is of a value that is no object, or follows a state that is not known. With the
/// object it has a member `object`; values of Secrets are hidden. `"uncertain":true` stands in a change that is in a
/// member's log alone, where it is not known whether it was made; if it was, then at its revision or a later one.
/// `problem` says why something could not be read.
public enum ChangeJSON {
    /// Appends a change.
    public static func append(_ details: ChangeDetails, to json: inout [UInt8]) {
        self.append(revision: details.revision, details.time, to: &json)
        json += ",\"change\":\"\(details.kind.rawValue)\"".utf8
        if details.change.isUncertain { json += ",\"uncertain\":true".utf8 }
        self.append(details.resource, details.namespace, details.name, to: &json)
        if details.kind != .deleted { json += ",\"managers\":\(GoJSON.strings(details.managers))".utf8 }
        if let count = details.valueByteCount { json += ",\"bytes\":\(count)".utf8 }
        let isCompared = !details.differsInBytesAlone && !details.followsUnknown
        if details.kind == .updated, details.problem == nil, isCompared {
            json += ",\"fields\":[".utf8
            for (index, change) in details.difference.changes.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                change.appendJSON(to: &json)
            }
            json.append(UInt8(ascii: "]"))
        }
        if let document = details.document {
            json += ",\"object\":".utf8
            var writer = JSONWriter()
            swap(&writer.bytes, &json)
            writer.write(document)
            swap(&writer.bytes, &json)
        }
        if let problem = details.problem {
            json += ",\"problem\":\(GoJSON.string("\(problem.problem)"))".utf8
        }
        json += "}\n".utf8
    }

    /// Appends a deletion, with the last state of the object and whether it came back.
    public static func append(_ deleted: DeletedObject, to json: inout [UInt8]) {
        self.append(revision: deleted.deletion.revision, deleted.time, to: &json)
        json += ",\"change\":\"deleted\"".utf8
        if deleted.deletion.isUncertain { json += ",\"uncertain\":true".utf8 }
        self.append(deleted.resource, deleted.namespace, deleted.name, to: &json)
        if let state = deleted.lastState {
            json += ",\"last\":".utf8
            self.append(revision: state.revision, deleted.lastTime, to: &json)
            json.append(UInt8(ascii: "}"))
        }
        if let comeback = deleted.comeback {
            json += ",\"cameBack\":".utf8
            self.append(revision: comeback.revision, deleted.comebackTime, to: &json)
            json.append(UInt8(ascii: "}"))
        }
        json += "}\n".utf8
    }

    /// Begins an object with a revision and its time.
    private static func append(revision: Int64, _ time: PlacedTime?, to json: inout [UInt8]) {
        json += "{\"revision\":\(revision)".utf8
        for (name, moment) in [("time", time?.time), ("earliest", time?.earliest), ("latest", time?.latest)] {
            if let moment { json += ",\"\(name)\":\"\(preciseMomentText(moment))\"".utf8 }
        }
    }

    private static func append(
        _ resource: Resource,
        _ namespace: String,
        _ name: String,
        to json: inout [UInt8]
    ) {
        json += ",\"resource\":\(GoJSON.string(resource.qualifiedName))".utf8
        if !namespace.isEmpty { json += ",\"namespace\":\(GoJSON.string(namespace))".utf8 }
        json += ",\"name\":\(GoJSON.string(name))".utf8
    }
}

/// A moment as RFC 3339 with milliseconds, where it has any.
private func preciseMomentText(_ milliseconds: Int64) -> String {
    let second = momentText(milliseconds)
    let rest = (milliseconds % 1_000 + 1_000) % 1_000
    guard rest > 0, second.hasSuffix("Z") else { return second }
    let digits = String(rest)
    return "\(second.dropLast()).\(String(repeating: "0", count: 3 - digits.count))\(digits)Z"
}
