/// What an HTTP server of the laboratory answered.
public struct HTTPAnswer: Sendable {
    public let status: Int
    /// By names in small letters.
    public let headers: [String: String]
    public let body: [UInt8]

    /// The body as text. Bytes that are not UTF-8 are repaired.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// Takes a whole answer apart, whose end is the end of the connection.
    init(parsing bytes: [UInt8]) throws(LabError) {
        let separator = Array("\r\n\r\n".utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: separator) }
        guard let end else { throw LabError("an answer without an end of its header: \(bytes.count) bytes") }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { throw LabError("not an answer: \(lines)") }
        self.status = status
        headers = lines.dropFirst().reduce(into: [:]) { headers, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        body = Array(bytes[(end + separator.count)...])
        if let promised = headers["content-length"], Int(promised) != body.count {
            throw LabError("an answer of \(body.count) bytes, which promised \(promised)")
        }
    }
}

extension LabNamespace {
    /// Asks a server of the namespace by HTTP, on a connection of its own that the server is to close.
    public func get(_ path: String, from endpoint: Endpoint, accept: String = "*/*") throws -> HTTPAnswer {
        let socket = try connect(to: endpoint)
        try socket.write(
            "GET \(path) HTTP/1.1\r\nHost: \(endpoint)\r\nAccept: \(accept)\r\nConnection: close\r\n\r\n"
        )
        var bytes: [UInt8] = []
        while true {
            let more = try socket.read()
            guard !more.isEmpty else { return try HTTPAnswer(parsing: bytes) }
            bytes += more
        }
    }
}
