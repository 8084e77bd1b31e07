internal import ArgumentParser

/// What is looked at beside the sockets' states.
struct CollectorOptions: ParsableArguments {
    @Flag(
        name: .customLong("collector.companion"),
        inversion: .prefixedNo,
        help: "Read the servers' own numbers."
    )
    var readsCompanions = true

    @Flag(
        name: .customLong("collector.evidence"),
        inversion: .prefixedNo,
        help: "Follow single connections: heartbeats, liveness, traffic."
    )
    var followsConnections = true

    @Flag(
        name: .customLong("collector.events"),
        inversion: .prefixedNo,
        help: "Hear of connections that end, so that churn is exact."
    )
    var hearsEvents = true

    @Flag(
        name: .customLong("collector.owners"),
        inversion: .prefixedNo,
        help: "Tell which service the connections of a port belong to."
    )
    var tellsServices = true

    var collectors: Collectors {
        Collectors(
            companions: readsCompanions,
            connections: followsConnections,
            events: hearsEvents,
            services: tellsServices
        )
    }
}
