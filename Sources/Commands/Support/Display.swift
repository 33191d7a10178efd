import ArgumentParser
import FoundationEssentials
import Glibc
import Presentation

/// How standard output looks to a person: found out before anything is written, and the only place that decides it.
struct Display: Sendable {
    var appearance = Appearance()
    /// Whether a person will see it: then controls in stored text are escaped.
    var isForPerson: Bool
    /// Columns of the terminal; nil when standard output is none.
    var screenWidth: Int?
    /// The command that shows it page by page; nil for none.
    var pager: String?

    /// For commands that are told nothing of how their output should look.
    static let plain = Display(isForPerson: isatty(STDOUT_FILENO) == 1, screenWidth: terminalWidth())
}

/// `--color`.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never

    /// Sources: https://no-color.org; terminfo(5), the type `dumb`.
    func colors(isTerminal: Bool, _ environment: [String: String]) -> Colors {
        switch self {
        case .always: return .ofTerminal
        case .never: return .none
        case .auto:
            let terminal = environment["TERM"] ?? ""
            let isAble = isTerminal && !terminal.isEmpty && terminal != "dumb"
            return isAble && (environment["NO_COLOR"] ?? "").isEmpty ? .ofTerminal : .none
        }
    }
}

/// `--pager`.
struct PagerOptions: ParsableArguments {
    @Flag(help: "Show the output page by page on a terminal, through $PAGER or less.")
    var pager = false

    var display: Display {
        var display = Display.plain
        guard self.pager, display.isForPerson else { return display }
        let named = ProcessInfo.processInfo.environment["PAGER"] ?? "less"
        if !named.isEmpty, named != "cat" { display.pager = named }
        return display
    }
}

/// `--color` and `--pager`.
struct LookOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use colours: on a terminal unless $NO_COLOR is set or $TERM is dumb, always, or never.",
            valueName: "when"
        )
    )
    var color: ColorChoice = .auto

    @OptionGroup var pager: PagerOptions

    var display: Display {
        var display = self.pager.display
        let colors = self.color.colors(
            isTerminal: display.isForPerson,
            ProcessInfo.processInfo.environment
        )
        display.appearance.colors = colors
        // Colours are for a person's eyes, wherever the bytes go first.
        if self.color == .always { display.isForPerson = true }
        return display
    }
}

/// `--fit`.
struct FitOptions: ParsableArguments {
    @Flag(help: "Cut the lines of tables to the terminal's width, or to $COLUMNS where there is no terminal.")
    var fit = false

    /// The display, with tables cut when that is asked for.
    func apply(to display: Display) -> Display {
        guard self.fit else { return display }
        var display = display
        let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        display.appearance.tableWidth = display.screenWidth ?? columns.flatMap { $0 > 0 ? $0 : nil }
        return display
    }
}
