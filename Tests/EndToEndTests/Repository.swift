import FoundationEssentials
import NetworkLab

/// The files of the project that are no source code.
enum Repository {
    private static let root: String = {
        let file = #filePath
        return "/" + file.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    static func path(of file: String) -> String { "\(root)/\(file)" }

    static func text(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: self.path(of: path)) else {
            throw LabError("cannot read \(self.path(of: path))")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The paths of all files of a folder with the given ending, in order.
    static func files(in folder: String, endingIn suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(of: folder))
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
    }
}
