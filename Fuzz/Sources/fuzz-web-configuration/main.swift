import FuzzKit

@testable import AgentSettings
@testable import ConfigurationChecks

fuzz { input in
    let bytes = Array(input)
    do throws(ConfigurationError) {
        let configuration = try WebConfiguration.parse(bytes, file: "etc/web.yml")
        for (name, value) in configuration.headers {
            check(ExtraHeader.allowedValues[name] != nil, "a header that is not allowed: \(name)")
            check(value.utf8.allSatisfy { $0 >= 32 && $0 < 127 }, "a header that none may be: \(value)")
        }
        for (user, hash) in configuration.users {
            check(!user.isEmpty && BcryptHash.problem(with: hash) == nil, "a user without a hash: \(user)")
        }
    } catch {
        checkProblems(error, of: bytes)
    }
}
