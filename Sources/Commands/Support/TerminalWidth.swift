import Glibc

/// Columns of the terminal that standard output is; nothing when it is none.
func terminalWidth() -> Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else {
        return nil
    }
    return Int(size.ws_col)
}
