import Glibc
import NetworkLab
import Testing

/// Held against the truth of servers that know which heartbeats they have left out, of the very same writes: the agents
/// are there before the first connection, and the truth is asked for when all have fallen silent.
@Suite(
    "Evidence: missed heartbeats, at half and at five times the heartbeat",
    .networkNamespaces,
    .enabled(if: LabScript.beatsNode.unavailable == nil, "node cannot be run"),
    .enabled(if: LabScript.beatsStarlette.unavailable == nil, "sse-starlette cannot be run"),
    .serialized
)
struct EvidenceHeartbeatTests {
    /// - Parameters:
    ///   - beats: how many heartbeats are to be observed of each connection.
    ///   - start: starts the servers.
    private func compare(
        _ scene: String,
        beats: Int,
        isWhole: Bool,
        _ start: (LabNamespace) async throws -> [EvidenceBeats]
    ) async throws {
        try await EvidenceBeatsWatch.play {
            let namespace = try LabNamespace()
            let servers = try await start(namespace)
            let watch = try await EvidenceBeatsWatch(servers, in: namespace)
            let readers = try await EvidenceBeatsWatch.read(servers, in: namespace)
            try await watch.waitForBeats(Double(beats * EvidenceBeatsWatch.connections))
            var truths: [EvidenceBeats.Truth] = []
            for server in servers { truths.append(try await server.truth()) }
            try await watch.waitForSamples()
            return (
                truths,
                { [truths] in
                    try watch.compare(scene, servers, truths, isWhole: isWhole)
                    #expect(try readers.checkEnded() == nil)
                }
            )
        }
    }

    @Test("are estimated with three kinds of server, exactly 0 where none is missed")
    func alone() async throws {
        try await compare("alone", beats: 110, isWhole: true) { namespace in
            var servers: [EvidenceBeats] = []
            for share in [0, 0.02, 0.10] { servers.append(try await EvidenceBeats(share: share, in: namespace)) }
            for kind in [EvidenceBeats.Kind.node, .starlette] {
                for share in [0, 0.02] { servers.append(try await EvidenceBeats(kind, share: share, in: namespace)) }
            }
            return servers
        }
    }

    @Test("are told from events among them, also where heartbeats are written only when idle")
    func events() async throws {
        try await compare("among events", beats: 90, isWhole: false) { namespace in
            var servers: [EvidenceBeats] = []
            for kind in [EvidenceBeats.Kind.asyncio, .idleOnly, .starlette] {
                for share in [0, 0.02] {
                    servers.append(try await EvidenceBeats(kind, share: share, events: 0.5, in: namespace))
                }
            }
            servers.append(try await EvidenceBeats(share: 0.10, events: 0.2, in: namespace))
            return servers
        }
    }

    @Test("are estimated through TLS, with events and without")
    func encrypted() async throws {
        try await compare("encrypted", beats: 90, isWhole: false) { namespace in
            let certificate = try EvidenceBeats.makeCertificate(in: namespace)
            var servers: [EvidenceBeats] = []
            for (kind, events) in [(EvidenceBeats.Kind.asyncioTLS(certificate), 0.5), (.nodeTLS(certificate), 0)] {
                for share in [0, 0.02] {
                    servers.append(try await EvidenceBeats(kind, share: share, events: events, in: namespace))
                }
            }
            return servers
        }
    }

    @Test("are told from the restart of a server, with events and without")
    func restart() async throws {
        try await EvidenceBeatsWatch.play {
            let namespace = try LabNamespace()
            var servers: [EvidenceBeats] = []
            for (share, events) in [(0, 0), (0.02, 0), (0, 0.3), (0.02, 0.3)] {
                servers.append(try await EvidenceBeats(share: share, events: events, in: namespace))
            }
            let watch = try await EvidenceBeatsWatch(servers, in: namespace)
            var truths = servers.map { _ in EvidenceBeats.Truth() }
            for beats in [45, 90] {
                let readers = try await EvidenceBeatsWatch.read(servers, in: namespace)
                try await watch.waitForBeats(Double(beats * EvidenceBeatsWatch.connections))
                for index in servers.indices { truths[index].add(try await servers[index].truth()) }
                // All that was written is seen before its connection goes.
                try await watch.waitForSamples()
                for server in servers {
                    try server.process.signal(SIGKILL)
                    try await server.process.waitForEnd()
                }
                try await readers.waitForEnd()
                guard beats == 45 else { break }
                for index in servers.indices { servers[index] = try await servers[index].restarted(in: namespace) }
            }
            return (
                truths, { [servers, truths] in try watch.compare("with a restart", servers, truths, isWhole: false) }
            )
        }
    }

    @Test(
        "are none while nothing gets through, and what is missed before and after is told",
        .enabled(if: EvidenceRoute.unavailable == nil, "nft cannot be run")
    )
    func silentDrop() async throws {
        try await EvidenceBeatsWatch.play {
            let route = try EvidenceRoute()
            var servers: [EvidenceBeats] = []
            for (share, events) in [(0, 0), (0.02, 0), (0, 0.3), (0.02, 0.3)] {
                servers.append(try await EvidenceBeats(share: share, events: events, in: route.server))
            }
            let watch = try await EvidenceBeatsWatch(servers, in: route.server)
            let readers = try await EvidenceBeatsWatch.read(servers, EvidenceRoute.serverAddress, in: route.client)
            try await watch.waitForBeats(Double(40 * EvidenceBeatsWatch.connections))
            try route.drop()
            let gone = ["evidence": "retransmission"]
            try await watch.waitFor("tcp_half_open_sockets", gone) { $0 == Double(EvidenceBeatsWatch.connections) }
            try route.stopDropping()
            try await watch.waitFor("tcp_half_open_sockets", gone) { $0 == 0 }
            try await watch.waitForBeats(Double(90 * EvidenceBeatsWatch.connections))
            var truths: [EvidenceBeats.Truth] = []
            for server in servers { truths.append(try await server.truth()) }
            try await watch.waitForSamples()
            #expect(try readers.checkEnded() == nil)
            return (
                truths,
                { [servers, truths] in try watch.compare("with a silent drop", servers, truths, isWhole: false) }
            )
        }
    }
}
