// What the transport needs of C: libzmq, and the Linux calls that Swift's Glibc module lacks.
#ifndef SIBYL_CZEROMQ_SHIM_H
#define SIBYL_CZEROMQ_SHIM_H

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <zmq.h>

#endif
