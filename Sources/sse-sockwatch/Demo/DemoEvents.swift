/// The data events of the demo: numbered from 1, the newest kept so that a client that comes back gets what it missed.
struct DemoEvents: Sendable {
    static let kept = 32

    private var last = 0
    private var recent: [(id: Int, text: String)] = []

    /// Makes the next event as it stands on the wire.
    mutating func make(streams: Int) -> String {
        last += 1
        let text = "id: \(last)\ndata: {\"event\":\(last),\"streams\":\(streams)}\n\n"
        recent = recent.suffix(Self.kept - 1) + [(last, text)]
        return text
    }

    /// The newest event alone, so that every client has an id to come back with.
    var newest: [String] { recent.suffix(1).map(\.text) }

    /// The kept events that followed the given one; the newest alone when the id is none of ours.
    func after(_ id: String) -> [String] {
        guard let seen = Int(id), (1...last).contains(seen) else { return newest }
        return recent.filter { $0.id > seen }.map(\.text)
    }
}
