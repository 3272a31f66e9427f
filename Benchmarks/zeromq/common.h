// What the benchmark programs share: options, time, sockets, and the envelope of an echo's reply.
#ifndef SIBYL_BENCH_COMMON_H
#define SIBYL_BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zmq.h>

// Prints what failed, with ZeroMQ's reason where there is one, and exits with 1.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The value of `--name VALUE`; `fallback` when it was not given.
const char *option(int argc, char **argv, const char *name, const char *fallback);
// The same, and an error when it was not given.
const char *required_option(int argc, char **argv, const char *name);
long integer_option(int argc, char **argv, const char *name, long fallback, long minimum, long maximum);

// CLOCK_MONOTONIC, which all processes share, in nanoseconds.
uint64_t now(void);
// User and system time that all threads of a process have used so far, in nanoseconds; 0 when it has gone.
uint64_t processor_time(pid_t process);

// A socket with linger 0 and `mark` as its high-water mark both ways: ZeroMQ's 1000 is too low for 1024 in flight.
void *open_socket(void *context, int type, int mark);
void bind_socket(void *socket, const char *endpoint);
void connect_socket(void *socket, const char *endpoint);

// Waits until `socket` can be read: false at the timeout. Signals do not end it.
bool wait_readable(void *socket, long milliseconds);
// Takes the next frame without waiting: false when there is none.
bool receive(void *socket, zmq_msg_t *frame);
bool has_more(zmq_msg_t *frame);
// Sends a frame and leaves `frame` empty and usable.
void send_frame(void *socket, zmq_msg_t *frame, int flags);

// Finds the number behind `"id":` in an envelope; false when there is none.
bool envelope_id(const void *envelope, size_t size, uint64_t *id);

enum { worker_limit = 1000 };  // as many sockets as a context has room for
// Makes this process `count` workers, each a thread that runs `serve`, which never returns.
_Noreturn void run_workers(long count, void *(*serve)(void *), void *argument);

enum { reply_bytes = 160 };  // room for every reply that write_reply writes
// Writes the envelope that answers a request with this envelope; its size. Both echo workers answer with it.
size_t write_reply(char reply[reply_bytes], const void *envelope, size_t size);

#endif
