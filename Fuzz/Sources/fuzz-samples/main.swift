import FuzzKit

@testable import SockDiag
@testable import SockWatch

// What the kernel may ever say, sample after sample, and the engine under it. The input is one datagram of sockets. The
// user of a socket, which the engine does not look at, says what becomes of it.
fuzz { input in
    var run = EngineRun()
    do throws(SockDiagError) {
        _ = try DestroyEventParser.parse(input.bytes) { run.take($0) }
    } catch {
        check(!error.description.isEmpty, "an error without words")
    }
    run.finish()
}
