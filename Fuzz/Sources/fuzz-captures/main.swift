import FuzzKit
import Glibc
import SockDiag
import SockDiagTestKit
import SystemPackage

/// A reader wants a file; every input takes the place of the one before.
private let anonymous = try AnonymousFile()
private let file = anonymous.descriptor

fuzz { input in
    do {
        // One write at the beginning, and what is left of a longer input is cut off.
        var written = 0
        while written < input.count {
            written += try file.write(
                toAbsoluteOffset: Int64(written),
                UnsafeRawBufferPointer(rebasing: input[written...])
            )
        }
        check(ftruncate(file.rawValue, input.count) == 0, "cannot cut the file: \(errno)")
        _ = try file.seek(offset: 0, from: .start)
    } catch {
        fail("the file cannot be filled: \(error)")
    }

    var sockets = 0
    do throws(SockDiagError) {
        let summary = CaptureReplay.read(try CaptureReader(file: file)) { _ in sockets += 1 }
        check(summary.sockets == sockets, "\(summary.sockets) sockets told of and \(sockets) visited")
        // A packet has a header of 16 bytes, and a message one of 16 and as many more in front of it.
        check(summary.packets * 16 <= input.count, "\(summary.packets) packets in \(input.count) bytes")
        let messages = summary.sockets + summary.destroyEvents + summary.otherMessages
        check(messages <= summary.packets + input.count / 16, "\(messages) messages in \(input.count) bytes")
        check(summary.damages.count <= 20 && summary.failedDumps.count <= 20, "more is told than was promised")
    } catch {
        check(!error.description.isEmpty, "an error without words")
    }
}
