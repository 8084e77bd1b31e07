import CNetworkLab
import Glibc

/// One call of `posix_spawnp` with everything that it needs.
struct ProcessSpawn {
    let program: String
    let arguments: [String]
    let environment: [String: String]
    let output: Int32
    let errors: Int32

    /// Starts the program in the calling thread's network namespace and returns its process id.
    func start() throws(LabError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        try checkReturnedCode("prepare \(program)", posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        try checkReturnedCode("empty input", posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0))
        try checkReturnedCode("standard output", posix_spawn_file_actions_adddup2(&actions, output, 1))
        try checkReturnedCode("standard error", posix_spawn_file_actions_adddup2(&actions, errors, 2))
        // Close-on-exec cannot be set on accepted sockets in one step from Swift: nothing is inherited, whatever its flag.
        try checkReturnedCode("close descriptors", lab_spawn_close_from(&actions, 3))

        var attributes = posix_spawnattr_t()
        try checkReturnedCode("prepare \(program)", posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        try setDefaultSignals(&attributes)

        var identifier: pid_t = 0
        let code = withCStrings([program] + arguments) { words in
            withCStrings(variables()) { variables in
                posix_spawnp(&identifier, program, &actions, &attributes, words, variables)
            }
        }
        try checkReturnedCode("start \(program)", code)
        return identifier
    }

    /// The program is to see signals as if started from a shell, whatever the test's process blocks or ignores.
    private func setDefaultSignals(_ attributes: inout posix_spawnattr_t) throws(LabError) {
        var signals = sigset_t()
        sigemptyset(&signals)
        try checkReturnedCode("signal mask", posix_spawnattr_setsigmask(&attributes, &signals))
        sigfillset(&signals)
        try checkReturnedCode("default signals", posix_spawnattr_setsigdefault(&attributes, &signals))
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        try checkReturnedCode("spawn flags", posix_spawnattr_setflags(&attributes, Int16(flags)))
    }

    /// The test's own environment with the program's on top, as "NAME=value".
    private func variables() -> [String] {
        var variables: [String] = []
        var entry = lab_environment()
        while let text = entry?.pointee {
            let variable = String(cString: text)
            let name = variable.prefix { $0 != "=" }
            if environment[String(name)] == nil { variables.append(variable) }
            entry = entry?.successor()
        }
        return variables + environment.map { "\($0.key)=\($0.value)" }
    }
}

/// Lends `strings` as the nil-terminated array of C strings that `posix_spawn` wants.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { pointers.forEach { free($0) } }
    return body(pointers)
}
