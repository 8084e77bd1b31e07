internal import CHostSystem
internal import Glibc

/// What is told of an open directory in procfs.
public enum ProcDirectory {
    /// `PROC_SUPER_MAGIC`
    private static let magic = 0x9FA0

    /// Whether the directory is the kernel's, and not one that looks like it.
    public static func isGenuine(_ directory: Int32) -> Bool {
        var status = statfs()
        return fstatfs(directory, &status) == 0 && Int(status.f_type) == magic
    }
}
