import FuzzKit

@testable import AgentSettings
@testable import ConfigurationChecks

/// Opens nothing: what an input names is no business of a fuzzer's. A path holds itself.
func open(_ path: String) throws(ConfigurationProblem) -> [UInt8] { Array(path.utf8) }

fuzz { input in
    let bytes = Array(input)
    do throws(ConfigurationError) {
        let configuration = try AgentConfiguration.parse(bytes, file: "config.yml", opening: open)
        let text = configuration.effectiveYAML
        do throws(ConfigurationError) {
            let again = try AgentConfiguration.parse(Array(text.utf8), file: "effective", opening: open)
            check(again == configuration, "what is shown means something else:\n\(text)")
        } catch {
            fail("what is shown is refused: \(error)\n\(text)")
        }
    } catch {
        checkProblems(error, of: bytes)
    }
}
