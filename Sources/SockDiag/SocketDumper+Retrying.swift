extension SocketDumper {
    /// How often a broken dump is begun again before it counts as failed.
    public static let mostRetries = 2

    /// Runs an attempt again while it fails for a reason of the moment, as ``SockDiagError/isTransient`` tells.
    ///
    /// - Parameter attempt: begins from nothing each time: what an attempt that failed has seen is a part of the table.
    /// - Throws: the error of the last attempt.
    public mutating func retrying<Result>(
        _ attempt: (inout SocketDumper) throws(SockDiagError) -> Result
    ) throws(SockDiagError) -> Result {
        try Self.retrying { () throws(SockDiagError) in try attempt(&self) }
    }

    /// The same for an attempt that has its table from elsewhere.
    public static func retrying<Result>(
        _ attempt: () throws(SockDiagError) -> Result
    ) throws(SockDiagError) -> Result {
        var retries = 0
        while true {
            do throws(SockDiagError) {
                return try attempt()
            } catch {
                guard error.isTransient, retries < mostRetries else { throw error }
                retries += 1
            }
        }
    }
}
