internal import CSockDiag
internal import SystemPackage

/// The requests in a capture, and how far the answers to each have come. Finds the TCP dumps that did not come whole.
struct CaptureConversations {
    /// What a request asks for.
    enum Subject {
        case tcpDump, tcpLookup, other
    }

    private struct Conversation {
        var subject: Subject
        var isAnswered = false
        /// What is wrong with it was told.
        var hasFailed = false
    }

    /// Programs number their requests alike (`ss` always begins at 123456), so the port id belongs to the key. Most
    /// requests carry 0 for it: those are known by their number alone until the first answer tells whose they are.
    private struct Key: Hashable {
        var portID: UInt32
        var sequence: UInt32
    }

    /// The TCP dumps that failed, were interrupted or never ended, in words.
    private(set) var failures = FirstNotes()
    private var running: [Key: Conversation] = [:]

    /// Far more than any machine has at once. What goes beyond it was given up.
    static let limit = 4096

    /// A request came.
    mutating func begin(_ header: NetlinkHeader, _ subject: Subject) {
        if running.count >= Self.limit { makeRoom() }
        let key = Key(portID: header.portID, sequence: header.sequence)
        if let displaced = running.updateValue(Conversation(subject: subject), forKey: key) {
            noteUnfinished(displaced)
        }
    }

    /// A socket came. An answer without a captured request is taken for one about TCP.
    ///
    /// - Returns: whether it is about TCP.
    mutating func answer(_ header: NetlinkHeader) -> Bool {
        let key = key(of: header)
        guard var conversation = running[key] ?? (header.isPartOfDump ? Conversation(subject: .tcpDump) : nil) else {
            return true
        }
        conversation.isAnswered = true
        if header.isInconsistent { fail(&conversation, Self.interruption) }
        if conversation.subject == .tcpLookup {
            running[key] = nil
        } else {
            if running.count >= Self.limit { makeRoom() }
            running[key] = conversation
        }
        return conversation.subject != .other
    }

    /// NLMSG_DONE or NLMSG_ERROR came.
    ///
    /// - Parameter subject: what it is about if no request was captured.
    mutating func end(_ header: NetlinkHeader, errno: Errno?, unrequested subject: Subject) {
        let key = key(of: header)
        var conversation = running[key] ?? Conversation(subject: subject)
        // An acknowledgement does not end a dump: its end is still to come.
        if header.type == CSD_NLMSG_ERROR && errno == nil && conversation.subject == .tcpDump { return }
        running[key] = nil
        if let errno {
            fail(&conversation, "the kernel answered a dump in the capture with an error: \(errno)")
        } else if header.isInconsistent {
            fail(&conversation, Self.interruption)
        }
    }

    /// NLMSG_OVERRUN came.
    mutating func overrun(_ header: NetlinkHeader) {
        let key = key(of: header)
        let known = running[key]
        var conversation = known ?? Conversation(subject: .tcpDump)
        conversation.isAnswered = true
        fail(&conversation, "the kernel lost messages of a dump in the capture")
        if known != nil { running[key] = conversation }
    }

    /// The capture is over.
    mutating func finish() {
        for conversation in running.values { noteUnfinished(conversation) }
        running = [:]
    }

    /// The key of the conversation that an answer belongs to. It gives a request without a port id the answer's.
    private mutating func key(of header: NetlinkHeader) -> Key {
        let key = Key(portID: header.portID, sequence: header.sequence)
        guard key.portID != 0, running[key] == nil else { return key }
        if let waiting = running.removeValue(forKey: Key(portID: 0, sequence: header.sequence)) {
            running[key] = waiting
        }
        return key
    }

    private mutating func makeRoom() {
        running = running.filter { $0.value.subject == .tcpDump }
        // Half, so that a capture full of requests does not make each of them a walk over all.
        if running.count > Self.limit / 2 { finish() }
    }

    private mutating func noteUnfinished(_ conversation: Conversation) {
        var conversation = conversation
        let isAnswered = conversation.isAnswered
        fail(
            &conversation,
            isAnswered ? "a dump in the capture has no end" : "a dump request in the capture has no answer"
        )
    }

    private mutating func fail(_ conversation: inout Conversation, _ reason: @autoclosure () -> String) {
        guard conversation.subject == .tcpDump, !conversation.hasFailed else { return }
        conversation.hasFailed = true
        failures.note(reason())
    }

    private static let interruption =
        "a dump in the capture was interrupted: the socket table changed while the kernel walked it"
}

/// The first of many messages, and how many more there are: a hostile file has one for each of its bytes.
struct FirstNotes {
    private(set) var first: [String] = []
    private(set) var further = 0

    static let limit = 20

    mutating func note(_ text: @autoclosure () -> String) {
        if first.count < Self.limit { first.append(text()) } else { further += 1 }
    }
}
