#ifndef C_SPAWN_H
#define C_SPAWN_H

#include <sys/types.h>

/// Starts the program `arguments[0]` with its streams connected to three files and returns its process ID,
/// or the negated errno. In C because glibc shows Swift neither the closing of files nor the change of directory.
///
/// The program starts with default signal handlers, no blocked signals and no open files of the caller's: a lock
/// that the caller holds is not held by the program, and a signal sent to it arrives. `output` and `errors` are
/// made or emptied, with mode 0600; a NULL `directory` leaves the caller's.
pid_t spawn_program(
    char *const arguments[],
    char *const environment[],
    const char *input,
    const char *output,
    const char *errors,
    const char *directory
);

#endif
