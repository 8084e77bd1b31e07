/// How the body of an answer may be coded, by the request's `Accept-Encoding` (RFC 9110, 12.5.3).
enum ContentCoding: String {
    case identity
    case gzip

    /// What the client accepts: gzip when it names it, or anything, with a weight above 0.
    init(acceptEncoding header: String?) {
        var gzip: Bool?
        var anything: Bool?
        for element in (header ?? "").split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch name {
            case "gzip", "x-gzip": gzip = weight > 0
            case "*": anything = weight > 0
            default: continue
            }
        }
        self = gzip ?? anything ?? false ? .gzip : .identity
    }
}
