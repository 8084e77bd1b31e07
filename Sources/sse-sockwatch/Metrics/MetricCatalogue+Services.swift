internal import MetricsExport

/// A port, service by service.
extension MetricCatalogue {
    static let socketsByService = perPort(
        "tcp_sockets_by_service",
        .gauge,
        "Connections of the port in ESTABLISHED and CLOSE_WAIT by the service whose listener or client made them. At most \(ServiceCount.limit) services a port, those with the most in CLOSE_WAIT; the others are summed as \(ServiceCount.other).",
        labels: ["service", "state"]
    )

    static let services = [socketsByService]
}
