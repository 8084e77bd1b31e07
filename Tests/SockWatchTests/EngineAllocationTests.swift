#if canImport(CAllocationCount)
    import CAllocationCount
    import Testing

    @testable import SockDiag
    @testable import SockWatch

    @Suite(
        "A sample",
        .enabled(if: cac_allocations() >= 0, "a sanitizer counts for itself"),
        .enabled(if: !_isDebugAssertConfiguration(), "only an optimised build makes no temporary copies")
    )
    struct EngineAllocationTests {
        @Test("allocates nothing for a connection that is known", arguments: [true, false])
        func knownConnections(hasEvents: Bool) {
            var engine = Engine.watching(
                WatchedPort(port: 8080, heartbeatInterval: 1),
                trackedSocketsLimit: 100_000,
                evidence: EvidenceSettings(hasEvents: hasEvents, countsCgroups: true)
            )
            var allocations: [Int] = []
            for second in 0..<30 {
                let records = (1...5000 as ClosedRange<UInt64>).map { cookie in
                    var socket = SimulatedSocket(
                        cookie: cookie,
                        openedAt: 0,
                        roundTrip: 0.001,
                        outage: nil,
                        coalesces: false
                    )
                    // Some write something else now and then, and some are in CLOSE_WAIT.
                    for write in 0...second {
                        socket.write(write % 7 == 3 && cookie % 3 == 0 ? 211 : 17, at: Double(write))
                    }
                    socket.advance(to: Double(second) + 0.5)
                    let state = cookie % 50 == 0 ? TCPState.closeWait : .established
                    var record = socket.record(at: Double(second) + 0.5, state: state)
                    record.cgroupID = cookie % 20 + 1
                    return record
                }
                engine.beginSample(.scheduled, at: .at(Double(second) + 0.5))
                let before = cac_allocations()
                for record in records { engine.add(record) }
                allocations.append(cac_allocations() - before)
                _ = engine.finishSample()
            }
            // Arrays that the last snapshot shares, and those of the learner, are copied once for each sample.
            #expect(allocations.dropFirst().allSatisfy { $0 < 20 }, "\(allocations)")
        }
    }
#endif
