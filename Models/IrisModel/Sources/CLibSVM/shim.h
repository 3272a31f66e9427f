// Debian's libsvm, and the one Linux call that Swift's Glibc module lacks.
#ifndef IRIS_CLIBSVM_SHIM_H
#define IRIS_CLIBSVM_SHIM_H

#include <libsvm/svm.h>
#include <sys/syscall.h>
#include <unistd.h>

/// A file in memory: libsvm reads models from files alone.
static inline int iris_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1u); }

static inline void iris_print_nothing(const char *text) { (void)text; }

#endif
