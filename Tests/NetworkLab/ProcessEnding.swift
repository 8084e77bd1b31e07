/// How a program ended.
public enum ProcessEnding: Hashable, Sendable, CustomStringConvertible {
    /// It exited by itself, with this status.
    case exited(Int32)
    /// A signal ended it.
    case killed(signal: Int32)

    /// Takes the status of `waitpid` apart (the macros WIFEXITED and so on are not imported into Swift).
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }

    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .killed(let signal): "killed by signal \(signal)"
        }
    }
}
