internal import Glibc

/// The clocks that measure, in nanoseconds.
public enum MonotonicClock {
    /// Since boot. Does not step, and goes on while the machine sleeps, so that ages stay true.
    public static var nanoseconds: Int64 { nanoseconds(CLOCK_BOOTTIME) }

    /// Processor time of this thread.
    public static var threadNanoseconds: Int64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

    /// Processor time of all threads of this process.
    public static var processNanoseconds: Int64 { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
