#ifndef REGISTREE_CHILD_PROGRAMS_H
#define REGISTREE_CHILD_PROGRAMS_H

#include <sys/types.h>

/// Starts a program in a process group of its own: no environment, no input, no descriptors of this process, no
/// signal ignored or blocked, its output appended to a new file of mode 0600.
///
/// It is killed when this process ends, however that happens.
///
/// arguments: ends in NULL; the first is the program's file.
/// directory: its working directory.
/// Returns the process ID, or a negated errno.
pid_t registree_start_program(char *const arguments[], const char *directory, const char *log_path);

/// Starts a program as ``registree_start_program`` does, which reads an open file and writes to a pipe; its messages
/// are thrown away.
///
/// arguments: ends in NULL; the first is the program's file.
/// input: a descriptor that is read from where it stands; it stays open here.
/// output: set to the end of the pipe that is read here; closing it is the caller's.
/// Returns the process ID, or a negated errno.
pid_t registree_start_filter(char *const arguments[], int input, int *output);

#endif
