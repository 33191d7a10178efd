import CLibFuzzer
import Glibc

/// Runs libFuzzer on one target: `Fuzz TARGET [LIBFUZZER'S ARGUMENTS]`.
@main struct Fuzz {
    static func main() {
        guard CommandLine.argc > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            print("Fuzz: name one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        chosen = target
        // libFuzzer sees the program's name and what follows the target.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        arguments?[0] = CommandLine.unsafeArgv[0]
        exit(LLVMFuzzerRunDriver(&count, &arguments) { take($0, $1) })
    }
}

nonisolated(unsafe) private var chosen = FuzzTarget.json
nonisolated(unsafe) private var run = FuzzRun()

private func take(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let buffer = UnsafeRawBufferPointer(start: data, count: count)
    let bytes = buffer.bytes
    do {
        try run.take(bytes, as: chosen)
    } catch {
        fatalError("\(error)")
    }
    return 0
}
