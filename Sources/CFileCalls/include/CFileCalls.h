#ifndef REGISTREE_FILE_CALLS_H
#define REGISTREE_FILE_CALLS_H

#include <stdint.h>
#include <sys/types.h>

// System calls that Swift cannot see: GNU extensions and ioctls. All set errno.

/// Opens a new file without a name in `directory`, mode 0600, for reading and writing; the descriptor or -1.
/// A file system that cannot do it answers EOPNOTSUPP, an old kernel EISDIR.
int registree_open_nameless(const char *directory);

/// Renames `from` to `to`, failing with EEXIST when `to` exists; 0 or -1. A file system that cannot
/// do it in one step answers EINVAL.
int registree_rename_exclusive(const char *from, const char *to);

/// Asks the kernel to begin writing a range of the file to the disk; a hint without an answer.
void registree_begin_writeback(int descriptor, off_t offset, off_t length);

/// Makes the empty file `to` share the blocks of `from`; 0, or -1 where the file system cannot.
int registree_clone(int from, int to);

/// Copies up to `length` bytes inside the kernel, moving on both files' offsets; bytes copied or -1.
ssize_t registree_copy_range(int from, int to, size_t length);

#endif
