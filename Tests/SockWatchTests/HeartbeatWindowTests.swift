import Testing

@testable import SockWatch

@Suite("The ratio of missed heartbeats of late")
struct HeartbeatWindowTests {
    /// Feeds samples every 5 s for so long, and returns the ratio after each.
    private func ratios(
        streams: Double,
        interval: Double,
        seconds: Double,
        missed: (Double) -> Double
    ) -> [RecentHeartbeats?] {
        var window = HeartbeatWindow()
        var evidence = HeartbeatEvidence()
        var (samples, left) = (0.0, 0.0)
        return stride(from: 0, through: seconds, by: 5).map { second in
            if second > 0 {
                samples += 1
                left += 5 * streams / interval * missed(second)
            }
            evidence.missed = UInt64(left)
            evidence.observed = UInt64(samples * 5 * streams / interval) - evidence.missed
            window.add(evidence, at: .at(second))
            return window.recent
        }
    }

    @Test("says nothing before twenty were due")
    func few() {
        let found = ratios(streams: 1, interval: 15, seconds: 600) { _ in 0 }
        #expect(found.firstIndex { $0 != nil } == 60)
        #expect(found.compactMap(\.self).allSatisfy { $0.missRatio == 0 })
    }

    @Test("does not jump where few are due: a missed one is half a percent at most, once there were two hundred")
    func steady() {
        // One misses out of 100, on two streams.
        let found = ratios(streams: 2, interval: 15, seconds: 7200) { _ in 0.01 }
        let settled = found.dropFirst(360).compactMap(\.self)
        let steps = zip(settled, settled.dropFirst()).map { abs($0.missRatio - $1.missRatio) }
        print("two streams, 15 s: steps of up to \((steps.max() ?? 0) * 100) points")
        #expect(settled.count > 1000 && steps.allSatisfy { $0 <= 0.0051 })
        #expect(settled.allSatisfy { abs($0.missRatio - 0.01) <= 0.006 && $0.seconds <= 3640 })
    }

    @Test("follows within five minutes where many are due, and forgets as fast")
    func prompt() throws {
        let found = ratios(streams: 100, interval: 1, seconds: 3000) { 1000..<2000 ~= $0 ? 0.1 : 0 }
        for (second, ratio) in [(995, 0.0), (1330, 0.1), (1995, 0.1), (2330, 0)] {
            let recent = try #require(found[second / 5])
            #expect(abs(recent.missRatio - ratio) < 0.002, "\(second)")
            #expect(300...325 ~= recent.seconds)
        }
    }
}
