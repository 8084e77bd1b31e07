import NetworkLab

/// A web server inside a network namespace.
struct WebAddress: Sendable {
    let namespace: LabNamespace
    let endpoint: Endpoint

    /// From a text such as `http://127.0.0.1:8080/path`, whose path is of no interest.
    init(_ url: String, in namespace: LabNamespace) throws {
        guard let match = url.firstMatch(of: /http:\/\/([0-9.]+):([0-9]+)/), let port = UInt16(match.2) else {
            throw LabError("no URL in: \(url)")
        }
        self.init(port: port, in: namespace, host: String(match.1))
    }

    init(port: UInt16, in namespace: LabNamespace, host: String = "127.0.0.1") {
        self.namespace = namespace
        endpoint = Endpoint(host, port)
    }

    func get(_ path: String, accept: String? = nil) throws -> WebAnswer {
        try ask("GET", path, headers: accept.map { [("Accept", $0)] } ?? [])
    }

    func head(_ path: String, accept: String? = nil) throws -> WebAnswer {
        try ask("HEAD", path, headers: accept.map { [("Accept", $0)] } ?? [])
    }

    func post(_ path: String, form: [(String, String)]) throws -> WebAnswer {
        let body = form.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        return try ask("POST", path, headers: [("Content-Type", "application/x-www-form-urlencoded")], body: body)
    }

    /// HTTP/1.0, so that the answer ends with the connection and is not cut into chunks.
    private func ask(
        _ method: String,
        _ path: String,
        headers: [(String, String)],
        body: String = ""
    ) throws -> WebAnswer {
        let connection = try namespace.connect(to: endpoint)
        defer { connection.close() }
        let lines = [
            "\(method) \(path) HTTP/1.0", "Host: \(endpoint)", "Connection: close",
            "Content-Length: \(body.utf8.count)",
        ]
        try connection.write((lines + headers.map { "\($0): \($1)" } + ["", body]).joined(separator: "\r\n"))
        var bytes: [UInt8] = []
        while case let more = try connection.read(), !more.isEmpty { bytes += more }
        return try WebAnswer(parsing: bytes)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber { return String(character) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// What a web server answered.
struct WebAnswer: Sendable {
    let status: Int
    /// By name in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    init(parsing bytes: [UInt8]) throws {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) else {
            throw LabError("no HTTP answer: \(String(decoding: bytes, as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { throw LabError("no status line: \(lines)") }
        self.status = status
        headers = lines.dropFirst().reduce(into: [:]) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        body = Array(bytes[(end + blank.count)...])
    }
}
