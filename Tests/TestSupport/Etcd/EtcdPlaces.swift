/// Keeps the number of real clusters that run at a time within what two cores carry.
///
/// Tests run side by side; thirty members that start at once would all miss their deadlines. A test that
/// already runs a cluster starts further ones without waiting, so two tests can never wait for each other.
actor EtcdPlaces {
    static let shared = EtcdPlaces(count: 3)

    @TaskLocal static var isHeld = false

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        self.free = count
    }

    func take() async {
        if self.free > 0 {
            self.free -= 1
        } else {
            await withCheckedContinuation { self.waiting.append($0) }
        }
    }

    func giveBack() {
        if self.waiting.isEmpty {
            self.free += 1
        } else {
            self.waiting.removeFirst().resume()
        }
    }
}
