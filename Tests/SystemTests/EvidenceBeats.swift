import Glibc
import NetworkLab

/// A server that leaves out heartbeats and knows which.
struct EvidenceBeats {
    /// What it has done, by its own count.
    struct Truth {
        /// Heartbeats after the first of their connection.
        var written: Double
        /// Heartbeats left out between two that were written.
        var missed: Double
        /// By how many seconds the latest heartbeat was late.
        var latest: Double

        /// The share of heartbeats that was left out.
        var share: Double { missed / (written + missed) }

        mutating func add(_ other: Truth) {
            written += other.written
            missed += other.missed
            latest = max(latest, other.latest)
        }
    }

    /// The share of heartbeats that it means to leave out.
    let share: Double
    let process: LabProcess
    let port: UInt16

    /// - Parameters:
    ///   - interval: seconds between two heartbeats.
    ///   - events: how many events are written among them in a second.
    init(
        _ interval: Double,
        share: Double,
        events: Double = 0,
        port: UInt16 = 0,
        in namespace: LabNamespace
    ) async throws {
        self.share = share
        process = try LabScript.beats.start(in: namespace, "\(port)", "\(interval)", "\(share)", "\(events)")
        self.port = try await process.listeningPort()
    }

    /// Lets it fall silent, and say what it did.
    func truth() async throws -> Truth {
        try process.signal(SIGUSR1)
        let words = try await process.waitForLine(containing: "truth ").split(separator: " ").dropFirst()
        let numbers = words.compactMap { Double($0) }
        guard numbers.count == 3 else { throw LabError("not the truth: \(words)") }
        return Truth(written: numbers[0], missed: numbers[1], latest: numbers[2])
    }
}
