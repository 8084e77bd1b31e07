/// When the kernel probes idle connections that asked for it, in this network namespace.
public struct KernelKeepalive: Sendable {
    public let time: UInt64
    public let interval: UInt64
    public let probes: UInt64

    public static func current() -> KernelKeepalive? {
        guard let time = value("time"), let interval = value("intvl"), let probes = value("probes") else { return nil }
        return KernelKeepalive(time: time, interval: interval, probes: probes)
    }

    private static func value(_ name: String) -> UInt64? {
        ProcFile.text(of: "/proc/sys/net/ipv4/tcp_keepalive_\(name)").flatMap { text in
            UInt64(text.prefix { $0.isASCII && $0.isNumber })
        }
    }
}
