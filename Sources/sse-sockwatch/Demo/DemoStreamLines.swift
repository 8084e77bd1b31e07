import NIOCore

/// Reads the lines of an event stream as they come in pieces, and counts the beats and events among them.
struct DemoStreamLines: Sendable {
    struct Received: Sendable, Equatable {
        var heartbeats = 0
        var events = 0
        var lastEventID: String?
    }

    private var unfinished: [UInt8] = []
    private var hasData = false

    mutating func read(_ part: ByteBuffer) -> Received {
        var received = Received()
        for byte in part.readableBytesView {
            if byte == UInt8(ascii: "\n") {
                take(line: String(decoding: unfinished, as: UTF8.self), into: &received)
                unfinished.removeAll(keepingCapacity: true)
            } else {
                unfinished.append(byte)
            }
        }
        return received
    }

    private mutating func take(line: String, into received: inout Received) {
        if line.hasPrefix(":") {
            received.heartbeats += 1
        } else if line.hasPrefix("id: ") {
            received.lastEventID = String(line.dropFirst(4))
        } else if line.hasPrefix("data:") {
            hasData = true
        } else if line.isEmpty, hasData {
            received.events += 1
            hasData = false
        }
    }
}
