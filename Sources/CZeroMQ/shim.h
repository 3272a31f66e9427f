// What the transport needs of C: libzmq, and the Linux calls that Swift's Glibc module lacks.
#ifndef SIBYL_CZEROMQ_SHIM_H
#define SIBYL_CZEROMQ_SHIM_H

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

// prctl is variadic, which Swift can't call.

/// Names the calling thread; the system keeps 15 bytes.
static inline void sibyl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Has the system send `number` to this process when the thread that started it ends.
static inline void sibyl_signal_at_parent_death(int number) { prctl(PR_SET_PDEATHSIG, number, 0, 0, 0); }

/// Lets this process open as many files as the system allows it; a connection is one.
static inline void sibyl_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// How many cores this process may run on, which `taskset` or a container may have limited; at least 1.
static inline int sibyl_usable_cores(void) {
    unsigned long mask[128];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int cores = 0;
    for (long word = 0; word < bytes / (long)sizeof *mask; word++) cores += __builtin_popcountl(mask[word]);
    return cores > 0 ? cores : 1;
}

#endif
