#define _GNU_SOURCE
#include "CChildPrograms.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// A child dies with the thread that made it, not with the process: so each has a thread that lives as long as it.

struct start {
    char *const *arguments;
    const char *directory;
    // Where its output goes: a new file, or where this is NULL what is written is read from `output`.
    const char *log_path;
    // Its standard input and output where there is no log.
    int input;
    int output;
    pid_t parent;
    // The child's, or a negated errno; there once `done` is posted.
    pid_t process;
    sem_t done;
};

static void close_all_but(int kept) {
    int limit = (int)sysconf(_SC_OPEN_MAX);
    if (close_range(STDERR_FILENO + 1, kept - 1, 0) == 0 && close_range(kept + 1, ~0U, 0) == 0) return;
    for (int descriptor = STDERR_FILENO + 1; descriptor < limit; descriptor++) {
        if (descriptor != kept) close(descriptor);
    }
}

static int set_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_streams(const char *log_path) {
    int input = open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, STDIN_FILENO) < 0) return -1;
    int output = open(log_path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
    if (output < 0 || dup2(output, STDOUT_FILENO) < 0) return -1;
    return dup2(output, STDERR_FILENO);
}

// The two descriptors are above those of the standard streams, so none is lost on the way.
static int connect_streams(int input, int output) {
    int errors = open("/dev/null", O_WRONLY);
    if (errors < 0 || dup2(errors, STDERR_FILENO) < 0) return -1;
    if (dup2(input, STDIN_FILENO) < 0) return -1;
    return dup2(output, STDOUT_FILENO);
}

static int die_with(pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -1;
    // It may be gone already.
    if (getppid() != parent) _exit(1);
    return 0;
}

// Becomes the program; what goes wrong is written to `failure`, which an exec closes. Between a fork and an exec
// only functions may be called that are safe in a signal handler.
static void become(const struct start *start, int failure) {
    char *const environment[] = {NULL};
    if (setpgid(0, 0) == 0 && die_with(start->parent) == 0
        && (start->log_path ? set_streams(start->log_path) : connect_streams(start->input, start->output)) >= 0
        && chdir(start->directory) == 0 && set_signals() == 0) {
        close_all_but(failure);
        execve(start->arguments[0], start->arguments, environment);
    }
    int code = errno;
    ssize_t written = write(failure, &code, sizeof code);
    _exit(written == sizeof code ? 127 : 126);
}

// Returns the child's process ID, or a negated errno.
static pid_t make_child(const struct start *start) {
    int ends[2];
    if (pipe(ends) != 0) return -errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t process = fork();
    if (process == 0) become(start, ends[1]);
    int code = process < 0 ? errno : 0;
    close(ends[1]);
    ssize_t count;
    do {
        count = process < 0 ? 0 : read(ends[0], &code, sizeof code);
    } while (count < 0 && errno == EINTR);
    close(ends[0]);
    if (code == 0) return process;
    if (process > 0) waitpid(process, NULL, 0);
    return -code;
}

static void *keep_child(void *argument) {
    struct start *start = argument;
    pid_t process = make_child(start);
    start->process = process;
    sem_post(&start->done);
    // Whoever started it reaps it.
    siginfo_t information;
    while (process > 0 && waitid(P_PID, (id_t)process, &information, WEXITED | WNOWAIT) != 0 && errno == EINTR) {}
    return NULL;
}

static pid_t start_program(struct start start) {
    start.parent = getpid();
    if (sem_init(&start.done, 0, 0) != 0) return -errno;
    pthread_t thread;
    int code = pthread_create(&thread, NULL, keep_child, &start);
    if (code == 0) {
        pthread_detach(thread);
        while (sem_wait(&start.done) != 0 && errno == EINTR) {}
    }
    sem_destroy(&start.done);
    return code == 0 ? start.process : -code;
}

pid_t registree_start_program(char *const arguments[], const char *directory, const char *log_path) {
    struct start start = {.arguments = arguments, .directory = directory, .log_path = log_path};
    return start_program(start);
}

// Returns a copy of a descriptor above those of the standard streams, or -1.
static int above_streams(int descriptor) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

pid_t registree_start_filter(char *const arguments[], int input, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    struct start start = {
        .arguments = arguments, .directory = "/", .input = above_streams(input), .output = above_streams(ends[1])};
    pid_t process = -errno;
    if (start.input >= 0 && start.output >= 0) process = start_program(start);
    if (start.input >= 0) close(start.input);
    if (start.output >= 0) close(start.output);
    close(ends[1]);
    if (process > 0) {
        *output = ends[0];
    } else {
        close(ends[0]);
    }
    return process;
}
