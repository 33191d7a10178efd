/// Keeps the number of short programs that run at a time within what two cores carry.
///
/// Swift Testing starts all tests at once; without a limit hundreds of programs would run side by side, and
/// every time limit within them would be over before they had done anything. Only programs that are run to
/// their end take a place: whoever starts one and leaves it running may need others meanwhile.
actor ProgramPlaces {
    static let shared = ProgramPlaces(count: 4)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        self.free = count
    }

    /// Runs `body` when a place is free.
    nonisolated func take<Result>(_ body: () async throws -> Result) async throws -> Result {
        await self.enter()
        do {
            let result = try await body()
            await self.leave()
            return result
        } catch {
            await self.leave()
            throw error
        }
    }

    private func enter() async {
        if self.free > 0 {
            self.free -= 1
        } else {
            await withCheckedContinuation { self.waiting.append($0) }
        }
    }

    private func leave() {
        if self.waiting.isEmpty {
            self.free += 1
        } else {
            self.waiting.removeFirst().resume()
        }
    }
}
