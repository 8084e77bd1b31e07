internal import HostSystem
internal import SockWatch

extension MonotonicInstant {
    static var now: MonotonicInstant { MonotonicInstant(nanoseconds: MonotonicClock.nanoseconds) }
}
