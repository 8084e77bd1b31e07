import Glibc
import Synchronization

/// The names of the laboratory's namespaces: `sockwatch-PID-N`, where PID is the test process. So a later run knows
/// whose namespaces were left behind by a run that was killed.
enum LabNamespaceName {
    private static let prefix = "sockwatch-"
    private static let used = Atomic(0)

    static func next() -> String {
        "\(prefix)\(getpid())-\(used.add(1, ordering: .relaxed).newValue)"
    }

    /// The test process that made the namespace, if the laboratory made it.
    static func owner(of name: String) -> pid_t? {
        guard name.hasPrefix(prefix) else { return nil }
        let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, Int(parts[1]) != nil, let owner = pid_t(parts[0]), owner > 0 else { return nil }
        return owner
    }

    /// Removes the namespaces of test processes that are gone, and ends what still runs in them. Best effort: another
    /// run may be removing the same ones.
    static func removeStale() {
        guard let listing = try? Command.run("ip", "netns", "list") else { return }
        for line in listing.split(separator: "\n") {
            // "NAME" or "NAME (id: 3)"
            guard let word = line.split(separator: " ").first, isStale(String(word)) else { continue }
            let name = String(word)
            let processes = (try? Command.run("ip", "netns", "pids", name)) ?? ""
            for process in processes.split(separator: "\n").compactMap({ pid_t($0) }) {
                _ = kill(process, SIGKILL)
            }
            _ = try? Command.run("ip", "netns", "delete", name)
        }
    }

    static func isStale(_ name: String) -> Bool {
        guard let owner = owner(of: name) else { return false }
        return kill(owner, 0) == -1 && errno == ESRCH
    }
}
