import SystemPackage
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// The test runs programs under strace, and says so where the system does not let it trace.
    ///
    /// That strace itself is missing is no reason to leave the test out: then it fails.
    static var mayTrace: Self {
        .enabled("needs the right to trace programs (ptrace), which strace does not have here") {
            let strace = try RealPrograms.named("strace")
            let yes = try RealPrograms.named("true").path.string
            return try await strace.run(["-qq", "-e", "trace=none", yes]).exitCode == 0
        }
    }
}
