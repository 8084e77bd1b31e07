import NetworkLab

extension LabProcess {
    /// The port that a program of the laboratory says it listens on.
    func listeningPort() async throws -> UInt16 {
        let line = try await waitForLine(containing: "listening ")
        guard let port = line.split(separator: " ").last.flatMap({ UInt16($0) }) else {
            throw LabError("no port in \(line)")
        }
        return port
    }
}

extension RunningAgent {
    var samples: Double { get throws { try scrape().value("samples_total") ?? 0 } }

    /// Waits until so many scheduled samples more have been taken.
    func waitForSamples(_ count: Double) async throws {
        let before = try samples
        try await eventually("\(count) samples more", within: .seconds(30), every: .milliseconds(20)) {
            try samples >= before + count
        }
    }
}
