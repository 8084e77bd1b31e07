/// Waits until a fact holds, and tells whether it came to hold in time.
func eventually(within limit: Duration = .seconds(10), _ fact: () throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while try !fact() {
        guard ContinuousClock.now < deadline else { return false }
        // The time between two looks, not a time in which something is hoped to have happened.
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
