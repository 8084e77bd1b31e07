import FuzzKit

@testable import AgentSettings
@testable import ConfigurationChecks

fuzz { input in
    let bytes = Array(input)
    do throws(ConfigurationError) {
        let configuration = try AgentConfiguration.parse(bytes, file: "config.yml")
        let text = configuration.effectiveYAML
        do throws(ConfigurationError) {
            let again = try AgentConfiguration.parse(Array(text.utf8), file: "effective")
            check(again == configuration, "what is shown means something else:\n\(text)")
        } catch {
            fail("what is shown is refused: \(error)\n\(text)")
        }
    } catch {
        checkProblems(error, of: bytes)
    }
}
