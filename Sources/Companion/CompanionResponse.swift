/// What a server answered, unread.
public struct CompanionResponse: Sendable, Hashable {
    public let body: [UInt8]
    /// The value of `Content-Type`, `nil` if there was none.
    public let contentType: String?
    /// From before the connection to after the last byte.
    public let duration: Duration

    public init(body: [UInt8], contentType: String?, duration: Duration) {
        self.body = body
        self.contentType = contentType
        self.duration = duration
    }
}
