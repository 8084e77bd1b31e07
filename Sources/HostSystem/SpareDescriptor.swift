internal import CHostSystem

/// A descriptor that is kept for libdispatch, which ends the program where it has none: `SpareDescriptor.c` says why.
public enum SpareDescriptor {
    /// Whether this build has it. One with a sanitizer has not.
    public static var isSupported: Bool { chs_has_spare_descriptor() != 0 }

    /// Opens it, for as long as the program runs. Where there is no /dev/null, all is as without it.
    public static func keep() {
        chs_keep_spare_descriptor()
    }
}
