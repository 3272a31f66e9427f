// What the transport needs of C: libzmq, and the Linux calls that Swift's Glibc module lacks.
#ifndef SIBYL_CZEROMQ_SHIM_H
#define SIBYL_CZEROMQ_SHIM_H

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <zmq.h>

// prctl is variadic, which Swift can't call.

/// Names the calling thread; the system keeps 15 bytes.
static inline void sibyl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Has the system send `number` to this process when the thread that started it ends.
static inline void sibyl_signal_at_parent_death(int number) { prctl(PR_SET_PDEATHSIG, number, 0, 0, 0); }

#endif
