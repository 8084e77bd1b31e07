import Glibc

/// Calls the system until it is not interrupted, and turns -1 into an error that names `what`.
@discardableResult
func systemCall<Result: FixedWidthInteger>(
    _ what: @autoclosure () -> String,
    _ call: () -> Result
) throws(LabError) -> Result {
    while true {
        let result = call()
        if result != -1 { return result }
        let code = errno
        if code == EINTR { continue }
        throw LabError("\(what()): \(errnoText(code))")
    }
}

/// Turns the error number that `posix_spawn` and the pthread functions return into an error that names `what`.
func checkReturnedCode(_ what: @autoclosure () -> String, _ code: Int32) throws(LabError) {
    if code != 0 { throw LabError("\(what()): \(errnoText(code))") }
}

private func errnoText(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "errno \(code)" }
    return String(cString: text)
}
