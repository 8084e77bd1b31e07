/// Arithmetic on what sockets say of themselves in 64 bits. That may be any number, and must not end the agent: where there
/// is no result, it is the largest one.
extension UInt64 {
    func clampedSum(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }

    func clampedProduct(_ other: UInt64) -> UInt64 {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }
}
