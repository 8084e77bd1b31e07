internal import Glibc

/// What the agent uses of the machine, from procfs.
public struct ProcessStatus: Sendable {
    public let processorSeconds: Double
    public let residentBytes: UInt64
    public let virtualBytes: UInt64
    public let openDescriptors: Int
    /// Nil when there is no limit.
    public let descriptorLimit: UInt64?
    public let start: WallClock

    /// Nil where there is no procfs.
    public static func current() -> ProcessStatus? {
        guard let stat = ProcFile.text(of: "/proc/self/stat"), let close = stat.lastIndex(of: ")") else { return nil }
        // Fields are counted from the state, which follows the name in parentheses: man 5 proc, field 3.
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 21, let virtual = UInt64(fields[20]), let pages = UInt64(fields[21]),
            let startTicks = Double(fields[19])
        else { return nil }
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessStatus(
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: pages * UInt64(sysconf(Int32(_SC_PAGESIZE))),
            virtualBytes: virtual,
            // Without `.`, `..` and the descriptor that reads the directory.
            openDescriptors: max(0, ProcFile.names(in: "/proc/self/fd").count - 3),
            descriptorLimit: limit.rlim_cur == rlim_t.max ? nil : UInt64(limit.rlim_cur),
            start: WallClock(seconds: bootTime + startTicks / Double(sysconf(Int32(_SC_CLK_TCK))))
        )
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static let bootTime: Double = {
        let line = ProcFile.text(of: "/proc/stat", upTo: 1 << 20)?.split(separator: "\n")
            .first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) } ?? 0
    }()
}
