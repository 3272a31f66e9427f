/* Tells ThreadSanitizer what Swift's own libraries do where it can't look: they are not instrumented. Preloaded, the
 * functions below go between a program and those libraries.
 *
 * Mutex: a free one is taken by an atomic exchange that is inlined, and so is seen. A contended one is handed over by the
 * futex system call in _lockSlow and _unlockSlow, and what follows would pass for a race.
 *
 * Continuations: the runtime tells the sanitizer when one is resumed, and when the task that waited for it runs again.
 * It forgets to where the task need not wait at all, since the continuation was resumed before the task awaited it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SWIFT_ASYNC __attribute__((swiftasynccall))
#define SELF __attribute__((swift_context)) void *handle

/* The sanitizer's and the runtime's; absent in programs without them, which the preloaded library reaches too. */
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);
__attribute__((weak)) SWIFT void *swift_task_getCurrent(void);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK_SLOW);
SWIFT_ASYNC void swift_continuation_await(void *continuation);

SWIFT void lock_slow(uint32_t thread, SELF) {
    SWIFT void (*real)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK_SLOW);
    real(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF) {
    SWIFT void (*real)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(handle);
    real(handle);
}

/* The runtime's own word for a resumed continuation is its task's address. */
SWIFT_ASYNC void swift_continuation_await(void *continuation) {
    SWIFT_ASYNC void (*real)(void *) = (SWIFT_ASYNC void (*)(void *))dlsym(RTLD_NEXT, "swift_continuation_await");
    if (__tsan_acquire && swift_task_getCurrent) __tsan_acquire(swift_task_getCurrent());
    __attribute__((musttail)) return real(continuation);
}
