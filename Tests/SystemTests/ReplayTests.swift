import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("A replayed capture", .networkNamespaces, .serialized)
struct ReplayTests {
    @Test("of the program's own shows what the listing showed", arguments: EveryState.Clients.allCases)
    func recorded(clients: EveryState.Clients) async throws {
        let scene = try EveryState(clients)
        let file = try LabFile()
        try await eventually("nothing changed while the capture was made") {
            let before = try Self.stable(Listing(of: scene.namespace))
            try scene.namespace.run(BuiltProgram.path, "record", file.path)
            let replayed = try Self.stable(Listing(of: scene.namespace, "--replay", file.path))
            return (before: before, replayed: replayed, after: try Self.stable(Listing(of: scene.namespace)))
        } until: { seen in
            seen.before == seen.after && seen.replayed == seen.before && seen.before.count > 20
        }
        // The same filters hold for a capture.
        let port = try #require(scene.expected.first { $0.value[.closeWait] != nil }?.key)
        let filtered = try Listing(
            of: scene.namespace,
            "--replay",
            file.path,
            "--port",
            "\(port)",
            "--state",
            "close-wait"
        )
        #expect(filtered.sockets.map(\.state) == ["close_wait", "close_wait"])
        #expect(filtered.ports.map(\.tcpSockets["close_wait"]) == [2])
    }

    @Test("of the messages that ss received shows what ss printed", arguments: EveryState.Clients.allCases)
    func messagesOfSs(clients: EveryState.Clients) async throws {
        let scene = try EveryState(clients)
        let raw = try LabFile()
        let file = try LabFile()
        try await eventually("the replay shows what ss printed") {
            let before = try SocketLines(ss: scene.namespace)
            try scene.namespace.run("ss", "-tan", "-D", raw.path)
            try await LabScript.netlinkCapture.start(in: scene.namespace, "messages", raw.path, file.path)
                .waitForEnd()
            let replayed = try Listing(of: scene.namespace, "--replay", file.path).lines
            return (before: before, replayed: replayed, after: try SocketLines(ss: scene.namespace))
        } until: { seen in
            seen.before == seen.after && seen.replayed == seen.before && seen.before.counts.count > 20
        }
    }

    @Test("of an nlmon device beside which ss ran shows what ss printed", .nlmon)
    func nlmon() async throws {
        let scene = try EveryState(.mapped)
        let file = try LabFile()
        try scene.namespace.run("ip", "link", "add", "nlmon0", "type", "nlmon")
        try scene.namespace.run("ip", "link", "set", "nlmon0", "up")
        try await eventually("the replay shows what ss printed", within: .seconds(30)) {
            let capture = try LabScript.netlinkCapture.start(in: scene.namespace, "nlmon", "nlmon0", file.path)
            try await capture.waitForLine(containing: "capturing")
            let printed = try SocketLines(ss: scene.namespace)
            try capture.signal(SIGTERM)
            guard try await capture.waitForEnd() == .exited(0) else { throw LabError(capture.standardError) }
            let replayed = try Listing(of: scene.namespace, "--replay", file.path).lines
            return (printed: printed, replayed: replayed)
        } until: { seen in
            seen.replayed == seen.printed && seen.printed.counts.count > 20
        }
    }

    /// Without the services: a capture's sockets may be another machine's.
    private static func stable(_ listing: Listing) -> Set<Listing.Socket> {
        Set(
            listing.sockets.map { socket in
                var stable = socket.timeless
                stable.service = nil
                return stable
            }
        )
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where the kernel has no nlmon devices, and says why.
    fileprivate static var nlmon: Self {
        let reason = nlmonUnavailable
        return .enabled(if: reason == nil, "netlink cannot be captured: \(reason ?? "")")
    }
}

private let nlmonUnavailable: String? = {
    do {
        try LabNamespace().run("ip", "link", "add", "nlmon0", "type", "nlmon")
        return nil
    } catch {
        return "\(error)"
    }
}()
