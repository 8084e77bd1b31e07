internal import CLibFuzzer
internal import Glibc

/// What gets the inputs. Set once, before libFuzzer starts, and called on its one thread.
nonisolated(unsafe) private var target: (UnsafeRawBufferPointer) -> Void = { _ in }

/// Hands the program over to libFuzzer, which feeds `body` until it crashes or the flags on the command line end it.
///
/// - Parameter body: gets bytes of any kind. A trap, a failed ``check(_:_:)``, a leak or an access outside of what was
///   allocated is a finding; that it throws none is its own affair.
public func fuzz(_ body: @escaping (UnsafeRawBufferPointer) -> Void) -> Never {
    target = body
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, feed))
}

/// The name is libFuzzer's: its own `main`, which is linked and not used, asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
public func feed(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}

/// Ends the program, which libFuzzer takes for a finding, unless the condition holds.
@inline(__always)
public func check(_ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String) {
    if !condition() { fail(message()) }
}

@inline(never)
public func fail(_ message: String) -> Never {
    fatalError(message)
}
