public import Glibc
import Synchronization

/// The temporary files and directories that this process has under way.
///
/// Whoever handles a signal calls ``abandonAll()``: everything unfinished is removed, and from then on
/// no output begins and none is given its final name. A rename and a signal cannot cross: the
/// destination is complete or absent. A process that is killed outright leaves its temporary name
/// behind; the next run with the same destination removes it.
public final class StagedOutputs: Sendable {
    /// The outputs of this process.
    public static let process = StagedOutputs()

    private struct State {
        var paths: Set<String> = []
        /// Process IDs of programs that may be writing to the paths.
        var programs: Set<pid_t> = []
        var isAbandoned = false
    }

    private let state = Mutex(State())

    public init() {}

    /// Removes every unfinished output and lets no other begin or finish.
    public func abandonAll() {
        self.state.withLock { state in
            state.isAbandoned = true
            for program in state.programs { kill(-program, SIGKILL) }
            state.programs = []
            // A writer may still be adding files to a directory while it goes.
            for _ in 0..<3 { state.paths.forEach(removeTree(path:)) }
            state.paths = []
        }
    }

    /// Whether ``abandonAll()`` was called; waits until it is done.
    ///
    /// A writer whose files vanish fails in some way or other; then this is the true cause.
    public var isAbandoned: Bool { self.state.withLock(\.isAbandoned) }

    /// Creates the output at `path` and remembers it.
    func begin(
        _ path: String,
        destination: String,
        create: () throws(FileError) -> Void
    ) throws(FileError) {
        try self.enter(destination: destination) { state throws(FileError) in
            try create()
            state.paths.insert(path)
        }
    }

    /// Gives the outputs at `paths` their final names, which no signal comes between, and forgets them.
    func commit(
        _ paths: [String],
        destination: String,
        rename: () throws(FileError) -> Void
    ) throws(FileError) {
        try self.enter(destination: destination) { state throws(FileError) in
            try rename()
            state.paths.subtract(paths)
        }
    }

    /// Starts a program that may write to the outputs; ``abandonAll()`` kills it first, with its process group.
    ///
    /// - Parameters:
    ///   - name: Named in the error.
    ///   - start: Starts it as the leader of a group, and returns its process ID.
    /// - Returns: The process ID.
    /// - Throws: `.interrupted` after ``abandonAll()``; what `start` throws.
    public func beginProgram(_ name: String, start: () throws -> pid_t) throws -> pid_t {
        try self.state.withLock { state in
            if state.isAbandoned { throw FileError(.interrupted, path: name) }
            let process = try start()
            state.programs.insert(process)
            return process
        }
    }

    /// Forgets a program; `reap` waits for it while nobody can kill what has its number next.
    public func endProgram<Result: Sendable>(_ process: pid_t, reap: (pid_t) -> Result) -> Result {
        self.state.withLock { state in
            state.programs.remove(process)
            return reap(process)
        }
    }

    /// Removes the output at `path` and forgets it.
    func remove(_ path: String) {
        removeTree(path: path)
        self.state.withLock { state in _ = state.paths.remove(path) }
    }

    private func enter(
        destination: String,
        _ body: (inout State) throws(FileError) -> Void
    ) throws(FileError) {
        try self.state.withLock { state throws(FileError) in
            if state.isAbandoned { throw FileError(.interrupted, path: destination) }
            try body(&state)
        }
    }
}
