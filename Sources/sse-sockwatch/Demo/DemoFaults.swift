/// The faults that the demo server can show, each a switch that is off at first.
struct DemoFaults: Sendable, Equatable {
    /// The server never closes its side of a stream whose client has closed: the socket stays in CLOSE_WAIT until the
    /// switch goes off.
    var leak = false

    /// The share of heartbeats that the server leaves out, 0...1, decided anew for every beat of every stream.
    var skipHeartbeats = 0.0

    /// The server accepts no more connections on its stream port, so that its accept queue fills.
    var dropAccept = false

    /// The server ends a stream to which it has written nothing for this long; nil: it never does. A stream gets so
    /// quiet when the limit is shorter than the heartbeat interval, or when heartbeats are left out.
    var idleLimit: Duration?

    /// The switches as one line of JSON, under the names that `change(form:)` understands.
    var json: String {
        let limit = idleLimit.map { String(describing: $0 / .seconds(1)) } ?? "null"
        return """
            {"leak":\(leak),"skip_heartbeats":\(skipHeartbeats),"drop_accept":\(dropAccept),\
            "idle_limit_seconds":\(limit)}

            """
    }
}
