import Companion
import CompanionChecks
import FuzzKit

fuzz { input in checkDocument(Array(input), format: .json) }
