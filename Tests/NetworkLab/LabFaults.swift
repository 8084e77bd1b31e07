import Glibc
public import Testing

/// Lets the system fail under a program: what its C library's calls answer is changed by a library that is loaded before
/// it, and that is told by a file what to do.
public final class LabFaults: Sendable {
    private let folder: LabFolder
    private let control: LabFile

    /// What the program is to be started with.
    public var environment: [String: String] {
        ["LD_PRELOAD": Self.library(in: folder), "LAB_FAULTS": control.path]
    }

    public init() throws {
        folder = try LabFolder()
        control = try LabFile(String(repeating: "\0", count: Place.end))
        try Self.build(in: folder)
    }

    /// Where the library looks for what it has to do.
    private enum Place {
        static let clockStep = 0
        static let receives = 8
        static let error = 12
        static let polls = 16
        static let cuts = 20
        static let isHeld = 24
        static let end = 32
    }

    /// Puts the time of day off, for as long as nothing else is said.
    public func stepClock(bySeconds seconds: Int64) throws { try write(seconds, at: Place.clockStep) }

    /// So many receives of netlink messages fail from now on.
    public func failReceives(_ count: Int32, with error: Int32) throws {
        try write(error, at: Place.error)
        try write(count, at: Place.receives)
    }

    /// So many waits for events are interrupted by a signal.
    public func interruptPolls(_ count: Int32) throws { try write(count, at: Place.polls) }

    /// So many netlink datagrams end in the middle.
    public func cutDatagrams(_ count: Int32) throws { try write(count, at: Place.cuts) }

    /// Whether receives of netlink messages take until they are let go.
    public func holdReceives(_ isHeld: Bool) throws { try write(Int32(isHeld ? 1 : 0), at: Place.isHeld) }

    /// How many failures are still to come.
    public func leftToCome() throws -> Int32 {
        try [Place.receives, Place.polls, Place.cuts].reduce(0) { try $0 + read(at: $1) }
    }

    private func write<Value: BitwiseCopyable>(_ value: Value, at offset: Int) throws {
        let file = OwnedDescriptor(try systemCall("open \(control.path)") { open(control.path, O_WRONLY | O_CLOEXEC) })
        let number = try file.value()
        _ = try withUnsafeBytes(of: value) { bytes in
            try systemCall("write a file") { pwrite(number, bytes.baseAddress, bytes.count, off_t(offset)) }
        }
    }

    private func read(at offset: Int) throws -> Int32 {
        let file = OwnedDescriptor(try systemCall("open \(control.path)") { open(control.path, O_RDONLY | O_CLOEXEC) })
        let number = try file.value()
        var value: Int32 = 0
        _ = try systemCall("read a file") { pread(number, &value, 4, off_t(offset)) }
        return value
    }

    private static func library(in folder: LabFolder) -> String { "\(folder.path)/faults.so" }

    private static func build(in folder: LabFolder) throws {
        let source = "\(LabScript.directory)/faults.c"
        try Command.run("clang", "-shared", "-fPIC", "-O1", "-Wall", "-o", library(in: folder), source)
    }

    /// Why it cannot be built here, or nil if it can: for `.enabled(if:)`.
    static let unavailable: String? = {
        do {
            try build(in: try LabFolder())
            return nil
        } catch {
            return "\(error)"
        }
    }()
}

extension Trait where Self == ConditionTrait {
    /// Skips where there is no compiler for C, and says so.
    public static var faults: Self {
        let reason = LabFaults.unavailable
        return .enabled(if: reason == nil, "the library of faults cannot be built: \(reason ?? "")")
    }
}
