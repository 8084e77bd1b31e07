extension PortCondition {
    /// One sentence for a person who has never met the condition and has just been woken by it: what it is, and what it
    /// likely comes from. The numbers stand in ``Finding/sentence``.
    ///
    /// - Parameter side: on the client's side the peers are servers, and what leaks is this machine's own program.
    public func meaning(on side: WatchedPort.Side) -> String {
        switch side {
        case .server: meaningForServer
        case .client: meaningForClient ?? meaningForServer
        }
    }

    private var meaningForServer: String {
        switch self {
        case .unknown:
            "Nothing is known about this port now, good or bad: the kernel does not answer the agent."
        case .noListener:
            "Nobody can connect, because no process listens on this port: the server has crashed, has not started, or "
                + "listens elsewhere."
        case .closeWaitStuck:
            "Clients have hung up and the server does not close its side (CLOSE_WAIT): it forgets connections, or hangs; "
                + "it will run out of file descriptors."
        case .closeWaitAccumulating:
            "Clients hang up faster than the server closes its side, so that such connections (CLOSE_WAIT) become more "
                + "and more: it leaks them, or is too busy."
        case .backlogged:
            "Clients that connect have to wait, and will soon be refused, because the server does not accept them: it is "
                + "overloaded, blocked, or out of file descriptors."
        case .halfOpen:
            "Clients are gone without a goodbye (no FIN or RST came), and the server still keeps their connections: their "
                + "network broke, or a firewall or NAT on the way forgot them."
        case .silent:
            "The server has stopped sending on connections that work: its heartbeat timer or its event loop hangs, or "
                + "heartbeat_interval is shorter than the server's own."
        case .reconnectStorm:
            "Clients that were cut off come back all at once and may overload the server: it was restarted, or something "
                + "on the way cuts connections."
        case .slowConsumers:
            "Clients read more slowly than the server writes, and what they have not taken fills this machine's memory: "
                + "their network or their program is too slow, or hangs."
        case .drifting:
            "The server's own count of its connections is wrong: it forgets some that have ended, or never counts some; "
                + "do not trust its other numbers either."
        case .healthy:
            "Nothing is wrong that the kernel can see."
        }
    }

    /// Nil where the side makes no difference, or where the condition cannot hold.
    private var meaningForClient: String? {
        switch self {
        case .closeWaitStuck:
            "Servers behind this machine have hung up and the program here does not close its side (CLOSE_WAIT): it "
                + "forgets connections, or hangs; it will run out of file descriptors."
        case .closeWaitAccumulating:
            "Servers behind this machine hang up faster than the program here closes its side, so that such connections "
                + "(CLOSE_WAIT) become more and more: it leaks them, or is too busy."
        case .halfOpen:
            "Servers behind this machine are gone without a goodbye (no FIN or RST came), and the program here still "
                + "waits for them: a machine or a network broke, or a firewall or NAT on the way forgot them."
        case .silent:
            "Servers behind this machine have stopped sending on connections that work: their heartbeats hang, or the "
                + "connections wait unused in a pool."
        case .reconnectStorm:
            "Connections to the servers behind this machine were cut and are opened again all at once: a server was "
                + "restarted, or something on the way cuts connections."
        case .slowConsumers:
            "Servers behind this machine read more slowly than the program here writes: they are overloaded, or hang."
        case .unknown, .noListener, .backlogged, .drifting, .healthy:
            nil
        }
    }
}
