import FuzzKit
import SockDiag
import SockWatch

/// An engine that is fed, and what it said last.
struct EngineRun {
    private var engine: Engine
    private var now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private var last: Snapshot?

    init() {
        engine = Engine(plan: EngineRun.plan(hasEvents: true))
        engine.beginSample(.scheduled, at: now)
    }

    private static func plan(hasEvents: Bool) -> WatchPlan {
        WatchPlan(
            ports: [
                WatchedPort(port: 8080, heartbeatInterval: 15),
                WatchedPort(port: hasEvents ? 8081 : 8082),
                WatchedPort(port: 40000, side: .client),
            ],
            // Small, so that both limits are met.
            evidence: EvidenceSettings(
                sampleAbove: 4,
                trackedSocketsLimit: 8,
                hasEvents: hasEvents,
                countsCgroups: true
            )
        )
    }

    mutating func take(_ record: borrowing SocketRecord) {
        let milliseconds = Double(record.uid >> 4)
        switch record.uid & 15 {
        case 1:
            finish()
            engine.add(ConnectionEnd(record, at: now))
            begin(.scheduled, after: milliseconds)
        case 2:
            finish()
            begin(.onDemand, after: milliseconds)
        case 3:
            // The dump broke, and is begun again.
            begin(.scheduled, after: milliseconds)
        case 4:
            last = engine.abandonSample(at: now, last: last)
            begin(.scheduled, after: milliseconds)
        case 5:
            finish()
            engine.adopt(EngineRun.plan(hasEvents: record.timerExpires & 1 == 0))
            last = nil
            begin(.scheduled, after: milliseconds)
        case 6:
            finish()
            engine.add(listener: record)
            engine.note(active: Double(record.sendQueue), ports: PortSet([8080, 8081]), asked: now)
            begin(.scheduled, after: milliseconds)
        case 7:
            finish()
            begin(.scheduled, after: milliseconds)
        default: break
        }
        engine.noteLook(from: now, to: now.advanced(by: Double(record.timerExpires & 1023) / 1000))
        engine.add(record)
    }

    private mutating func begin(_ kind: Engine.SampleKind, after milliseconds: Double) {
        now = now.advanced(by: milliseconds / 1000)
        engine.beginSample(kind, at: now)
    }

    mutating func finish() {
        let snapshot = engine.finishSample()
        check(snapshot.trackedSockets <= snapshot.trackedSocketsLimit, "\(snapshot.trackedSockets) sockets are tracked")
        for port in snapshot.ports {
            let closeWait = port.closeWait
            check(closeWait.oldestAge >= 0, "an age of \(closeWait.oldestAge)")
            check(closeWait.entered >= closeWait.left, "\(closeWait.left) of \(closeWait.entered) left CLOSE_WAIT")
            check(closeWait.durations.count == closeWait.left, "\(closeWait.left) left and not as many took a time")
            check(closeWait.stuck <= port.tally[.closeWait], "more are stuck than there are")
        }
        for (before, after) in zip(last?.ports ?? [], snapshot.ports) {
            check(after.closeWait.entered >= before.closeWait.entered, "entered fell")
            check(after.closeWait.left >= before.closeWait.left, "left fell")
            check(after.evidence.churn.opened >= before.evidence.churn.opened, "opened fell")
            check(after.evidence.churn.closed >= before.evidence.churn.closed, "closed fell")
            check(after.evidence.traffic.writtenBytes >= before.evidence.traffic.writtenBytes, "written bytes fell")
        }
        last = snapshot
    }
}
