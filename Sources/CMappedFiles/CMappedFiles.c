#define _GNU_SOURCE
#include "CMappedFiles.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// The handler reads these without a lock: `base` is written last and cleared first.
static struct {
    _Atomic uintptr_t base;
    _Atomic size_t length;
    _Atomic int64_t lost_offset;
    atomic_bool taken;
} slots[REGISTREE_MAPPING_LIMIT];

static struct sigaction previous;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

static void hand_on(int number, siginfo_t *information, void *context) {
    if ((previous.sa_flags & SA_SIGINFO) && previous.sa_sigaction) {
        previous.sa_sigaction(number, information, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(number);
    } else {
        signal(number, SIG_DFL);  // the faulting instruction runs again and ends the process
    }
}

static void supply_zeros(int number, siginfo_t *information, void *context) {
    uintptr_t address = (uintptr_t)information->si_addr;
    for (int slot = 0; slot < REGISTREE_MAPPING_LIMIT; slot++) {
        uintptr_t base = atomic_load(&slots[slot].base);
        if (base == 0 || address < base || address - base >= atomic_load(&slots[slot].length)) continue;
        uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
        void *page = (void *)(address & ~(page_size - 1));
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (mmap(page, page_size, PROT_READ, flags, -1, 0) == MAP_FAILED) break;
        int64_t none = -1;
        int64_t offset = (int64_t)((uintptr_t)page - base);
        atomic_compare_exchange_strong(&slots[slot].lost_offset, &none, offset);
        return;
    }
    hand_on(number, information, context);
}

static void install(void) {
    struct sigaction action = {0};
    action.sa_sigaction = supply_zeros;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

int registree_guard_mapping(const void *base, size_t length) {
    pthread_once(&installed, install);
    for (int slot = 0; slot < REGISTREE_MAPPING_LIMIT; slot++) {
        if (atomic_exchange(&slots[slot].taken, true)) continue;
        atomic_store(&slots[slot].lost_offset, -1);
        atomic_store(&slots[slot].length, length);
        atomic_store(&slots[slot].base, (uintptr_t)base);
        return slot;
    }
    return -1;
}

int64_t registree_mapping_lost_offset(int slot) {
    return slot >= 0 && slot < REGISTREE_MAPPING_LIMIT ? atomic_load(&slots[slot].lost_offset) : -1;
}

void registree_release_mapping(int slot) {
    if (slot < 0 || slot >= REGISTREE_MAPPING_LIMIT) return;
    atomic_store(&slots[slot].base, 0);
    atomic_store(&slots[slot].taken, false);
}
