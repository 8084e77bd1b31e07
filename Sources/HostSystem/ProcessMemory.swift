internal import CHostSystem

/// What the process holds of the machine's memory.
public enum ProcessMemory {
    /// Gives back the pages of code that only the start has needed. What is needed again comes back from the page cache
    /// within microseconds.
    ///
    /// Does nothing in a debug build: a debugger's breakpoints are changes to such pages, and would be lost.
    public static func releaseCodeOfStart() {
        #if !DEBUG
            chs_release_code_pages()
        #endif
    }
}
