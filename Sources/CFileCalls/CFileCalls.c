#define _GNU_SOURCE
#include "CFileCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>

int registree_rename_exclusive(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

void registree_begin_writeback(int descriptor, off_t offset, off_t length) {
    sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int registree_clone(int from, int to) {
    return ioctl(to, FICLONE, from);
}

ssize_t registree_copy_range(int from, int to, size_t length) {
    return copy_file_range(from, NULL, to, NULL, length, 0);
}

#else

int registree_rename_exclusive(const char *from, const char *to) {
    return renamex_np(from, to, RENAME_EXCL);
}

void registree_begin_writeback(int descriptor, off_t offset, off_t length) {
    (void)descriptor, (void)offset, (void)length;
}

int registree_clone(int from, int to) {
    (void)from, (void)to;
    errno = ENOTSUP;
    return -1;
}

ssize_t registree_copy_range(int from, int to, size_t length) {
    (void)from, (void)to, (void)length;
    errno = ENOSYS;
    return -1;
}
#endif
