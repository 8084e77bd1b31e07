import Companion
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("A port that is judged")
struct PortJudgeTests {
    private static let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    /// Judges a port by samples that were taken one second apart.
    private static func judge(
        _ bound: Bound,
        _ seen: [SeenPort],
        companion: CompanionOutcome? = nil,
        collectors: Collectors = Collectors(),
        heardAll: Bool = true
    ) throws -> Judgement {
        var window = PortWindow(try #require(seen.first).snapshot(), at: start)
        for (second, port) in seen.enumerated().dropFirst() {
            window.add(try port.snapshot(), at: start.advanced(by: Double(second)))
        }
        return PortJudge(window: window, companion: companion, collectors: collectors, heardAll: heardAll).judge(bound)
    }

    private static func reason(_ judgement: Judgement) -> String? {
        if case .notJudged(let reason) = judgement.verdict { reason } else { nil }
    }

    // MARK: Levels

    @Test(
        "breaks a bound that all of the last three samples break, with the best of them",
        arguments: [
            // A leak stays; a spike that is over, and a socket that goes the next moment, are none.
            ([0, 4, 4, 5], 4, false), ([90, 0, 0, 0], 0, true), ([0, 0, 0, 9], 0, true), ([9, 9, 3, 9], 3, true),
            ([9], 9, false),
        ]
    )
    func closeWait(counts: [Int], measured: Double, isOk: Bool) throws {
        let judgement = try Self.judge(.maxCloseWait(3), counts.map { SeenPort(closeWait: $0) })
        #expect(judgement.measured == measured)
        #expect(judgement.verdict == (isOk ? .ok : .failed))
        #expect(judgement.evidence.hasPrefix("\(Int(measured)) in CLOSE_WAIT at the end; "))
    }

    @Test("has enough connections when one of the last three samples has", arguments: [5, 6])
    func established(bound: Int) throws {
        let judgement = try Self.judge(.minEstablished(bound), [9, 2, 5, 3].map { SeenPort(established: $0) })
        #expect(judgement.measured == 5 && judgement.verdict == (bound == 5 ? .ok : .failed))
        #expect(judgement.evidence == "5 ESTABLISHED at the end; 2 to 9 while it was watched")
    }

    @Test("has sockets that are stuck, with their age and cause")
    func stuck() throws {
        let judgement = try Self.judge(.maxStuck(1), [SeenPort(closeWait: 3, stuck: 2)])
        #expect(judgement.measured == 2 && judgement.verdict == .failed)
        #expect(
            judgement.evidence == "2 in CLOSE_WAIT for more than 60 s at the end (2 accepted and never closed, 0 never "
                + "accepted); the oldest for 90 s"
        )
    }

    @Test("has half-open connections by number and by share")
    func halfOpen() throws {
        let seen = [SeenPort(established: 40, halfOpen: 2)]
        #expect(try Self.judge(.maxHalfOpen(1), seen).verdict == .failed)
        #expect(try Self.judge(.maxHalfOpen(2), seen).verdict == .ok)
        #expect(try Self.judge(.maxHalfOpenShare(0.04), seen).verdict == .failed)
        #expect(try Self.judge(.maxHalfOpenShare(0.05), seen).verdict == .ok)
        let empty = try Self.judge(.maxHalfOpenShare(0.05), [SeenPort()])
        #expect(Self.reason(empty) == "no connection was ESTABLISHED at the end" && empty.isBad)
    }

    @Test("of which nothing was seen holds no upper bound, and breaks a lower one")
    func lifeless() throws {
        let seen = [SeenPort(listeners: 0), SeenPort(listeners: 0)]
        for bound in [Bound.maxCloseWait(0), .maxStuck(0), .maxHalfOpen(0), .maxReconnectRate(1), .maxDrift(1)] {
            let judgement = try Self.judge(bound, seen)
            #expect(Self.reason(judgement) == "nobody listened on the port, and nobody was connected to it")
            #expect(judgement.isBad)
        }
        #expect(try Self.judge(.minEstablished(1), seen).verdict == .failed)
    }

    // MARK: Drift

    private static func companion(_ active: Double?) -> CompanionOutcome {
        CompanionOutcome(
            result: .success(CompanionReading(activeConnections: active)),
            duration: .milliseconds(1),
            refusedTotal: 0
        )
    }

    @Test("drifts by the smallest distance of the last three samples, in either direction")
    func drift() throws {
        let seen = [(1, 30), (37, 30), (37, 30), (41, 30)].map { active, kernel in
            SeenPort(established: kernel, drift: Drift(active: Double(active), counts: kernel...kernel))
        }
        let judgement = try Self.judge(.maxDrift(6), seen, companion: Self.companion(41))
        #expect(judgement.measured == -7 && judgement.verdict == .failed)
        #expect(judgement.evidence == "the server says 37, the kernel 30")
        #expect(try Self.judge(.maxDrift(7), seen, companion: Self.companion(41)).verdict == .ok)
    }

    @Test("whose server says nothing has a drift that cannot be judged, with the reason")
    func noDrift() throws {
        let seen = [SeenPort(established: 3)]
        func reason(_ companion: CompanionOutcome?) throws -> String? {
            Self.reason(try Self.judge(.maxDrift(1), seen, companion: companion))
        }
        #expect(try reason(nil) == "the port has no companion that tells the server's own numbers")
        #expect(try reason(Self.companion(nil)) == "the server does not say its number of connections")
        #expect(try reason(Self.companion(3)) == "the server's number could not be held against two samples")
        let failure = CompanionFailure(.refused, message: "http://h/: connection refused")
        let down = CompanionOutcome(result: .failure(failure), duration: .zero, refusedTotal: 0)
        #expect(try reason(down) == "http://h/: connection refused")
    }

    // MARK: Heartbeats and reconnections

    @Test(
        "misses heartbeats: those between two, and one on each silent connection",
        arguments: [(400, 0, 0, 0), (390, 10, 0, 0.025), (380, 10, 10, 0.05)] as [(UInt64, UInt64, Int, Double)]
    )
    func heartbeats(observed: UInt64, missed: UInt64, silent: Int, ratio: Double) throws {
        // What was before the window does not count.
        let before = SeenPort(established: 100, heartbeatInterval: 15, observed: 1000, missed: 900)
        var after = before
        after.observed += observed
        after.missed += missed
        after.silent = silent
        let judgement = try Self.judge(.maxHeartbeatMiss(0.02), [before, after])
        #expect(judgement.measured == ratio)
        #expect(judgement.verdict == (missed == 0 ? .ok : .failed))
    }

    @Test("without an interval, or without heartbeats, has none that can be judged")
    func noHeartbeats() throws {
        let unknown = try Self.judge(.maxHeartbeatMiss(0.02), [SeenPort(established: 3), SeenPort(established: 3)])
        #expect(Self.reason(unknown)?.hasPrefix("the heartbeat interval is not configured") == true && unknown.isBad)
        let wrong = SeenPort(established: 3, heartbeatInterval: 15, isContradicted: true, observed: 9)
        #expect(
            Self.reason(try Self.judge(.maxHeartbeatMiss(0.02), [SeenPort(), wrong]))
                == "what is written contradicts the configured heartbeat interval of 15 s"
        )
        let seen = SeenPort(established: 3, silent: 2, heartbeatInterval: 15)
        let none = try Self.judge(.maxHeartbeatMiss(0.02), [seen, seen])
        #expect(
            Self.reason(none)
                == "no connection had two heartbeats within 1 s; one is due every 15 s, and 2 connections "
                + "are silent"
        )
    }

    @Test("has reconnections in place of connections that ended; its first clients are none")
    func reconnections() throws {
        let seen = [
            SeenPort(established: 10, opened: 100, closed: 90), SeenPort(established: 60, opened: 150, closed: 90),
            SeenPort(established: 20, opened: 150, closed: 130), SeenPort(established: 50, opened: 180, closed: 130),
            SeenPort(established: 50, opened: 180, closed: 130),
        ]
        let judgement = try Self.judge(.maxReconnectRate(7), seen)
        #expect(judgement.measured == 7.5 && judgement.verdict == .failed)
        #expect(judgement.evidence == "30 of 80 opened connections came in place of one of the 40 that ended")
        #expect(try Self.judge(.maxReconnectRate(7.5), seen).verdict == .ok)
    }

    @Test("has reconnections that cannot be judged when ends were lost, unless those that were seen are too many")
    func lostEnds() throws {
        let seen = [SeenPort(established: 1), SeenPort(established: 1, opened: 5, closed: 5)]
        let judgement = try Self.judge(.maxReconnectRate(5), seen, heardAll: false)
        #expect(Self.reason(judgement) == "ends of connections were not heard of, so there may be more")
        #expect(judgement.measured == 5 && judgement.isBad)
        #expect(try Self.judge(.maxReconnectRate(4), seen, heardAll: false).verdict == .failed)
    }

    @Test("that was forgotten and found again does not count backwards")
    func restarted() throws {
        let seen = [SeenPort(established: 1, opened: 9, closed: 9), SeenPort(established: 1, opened: 2, closed: 1)]
        #expect(try Self.judge(.maxReconnectRate(0), seen).measured == 0)
    }

    // MARK: Conditions

    @Test("has a condition when each of the last three samples has it")
    func conditions() throws {
        let bad = SeenPort(closeWait: 3, conditions: [.closeWaitStuck])
        let lasting = try Self.judge(.not(.closeWaitStuck), [SeenPort(), bad, bad, bad])
        #expect(lasting.verdict == .failed && lasting.evidence == "close_wait_stuck holds." && lasting.isBad)
        let momentary = try Self.judge(.not(.closeWaitStuck), [SeenPort(), SeenPort(), bad])
        #expect(momentary.verdict == .ok && momentary.evidence == "only in the last moment: close_wait_stuck holds.")
        #expect(try Self.judge(.not(.closeWaitStuck), [bad, SeenPort()]).verdict == .ok)
    }

    @Test("says which conditions could not have been seen, and does not fail for them")
    func blindness() throws {
        for (condition, reason) in [
            (PortCondition.closeWaitAccumulating, "it is seen after 120 s"),
            (.silent, "the heartbeat interval is neither configured nor learned"),
            (.drifting, "the server's own number of connections is not known"),
        ] {
            let judgement = try Self.judge(.not(condition), [SeenPort(established: 1)])
            #expect(Self.reason(judgement) == reason && !judgement.isBad)
        }
        let off = Collectors(connections: false, events: false)
        for condition in [PortCondition.halfOpen, .slowConsumers, .silent, .reconnectStorm] {
            #expect(Self.reason(try Self.judge(.not(condition), [SeenPort()], collectors: off)) != nil)
        }
    }

    @Test("on the client's side need not be listened on")
    func sides() {
        #expect(Bound.conditions(of: .server).contains(.not(.noListener)))
        #expect(!Bound.conditions(of: .client).contains(.not(.noListener)))
        #expect(!Bound.conditions(of: .server).contains { [.not(.healthy), .not(.unknown)].contains($0) })
    }
}
