import Glibc
import SystemPackage
import TestSupport

/// Whether strace works here.
enum Tracing {
    static let isPossible: Bool = {
        guard let strace = try? RealPrograms.named("strace"), let yes = try? RealPrograms.named("true"),
            let running = try? strace.start(["-qq", "-e", "trace=none", yes.path.string])
        else { return false }
        for _ in 0..<500 {
            if let result = running.poll() { return result.exitCode == 0 }
            usleep(10000)
        }
        return false
    }()
}
