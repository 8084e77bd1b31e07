/// What went wrong in the laboratory itself, as opposed to the program under test.
public struct LabError: Error, CustomStringConvertible, Sendable {
    /// What happened, to what, and why.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
