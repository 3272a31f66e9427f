#include "common.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Noreturn void die(const char *format, ...) {
    int code = errno;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, code ? ": %s\n" : "\n", zmq_strerror(code));
    exit(1);
}

const char *option(int argc, char **argv, const char *name, const char *fallback) {
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0) return argv[i + 1];
    return fallback;
}

const char *required_option(int argc, char **argv, const char *name) {
    const char *value = option(argc, argv, name, NULL);
    errno = 0;
    if (!value) die("%s: %s VALUE is missing", argv[0], name);
    return value;
}

long integer_option(int argc, char **argv, const char *name, long fallback, long minimum, long maximum) {
    const char *text = option(argc, argv, name, NULL);
    if (!text) return fallback;
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (*end || end == text || value < minimum || value > maximum)
        die("%s %s: want a number from %ld to %ld", name, text, minimum, maximum);
    return value;
}

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t processor_time(pid_t process) {
    clockid_t clock;
    return clock_getcpuclockid(process, &clock) == 0 ? read_clock(clock) : 0;
}

void *open_socket(void *context, int type, int mark) {
    void *socket = zmq_socket(context, type);
    if (!socket) die("zmq_socket");
    int linger = 0;
    if (zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0
        || zmq_setsockopt(socket, ZMQ_SNDHWM, &mark, sizeof mark) != 0
        || zmq_setsockopt(socket, ZMQ_RCVHWM, &mark, sizeof mark) != 0)
        die("zmq_setsockopt");
    return socket;
}

void bind_socket(void *socket, const char *endpoint) {
    if (zmq_bind(socket, endpoint) != 0) die("can't bind %s", endpoint);
}

void connect_socket(void *socket, const char *endpoint) {
    if (zmq_connect(socket, endpoint) != 0) die("can't connect to %s", endpoint);
}

bool wait_readable(void *socket, long milliseconds) {
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    int count = zmq_poll(&item, 1, milliseconds);
    if (count < 0 && errno != EINTR) die("zmq_poll");
    return count > 0;
}

bool receive(void *socket, zmq_msg_t *frame) {
    while (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
        if (errno == EAGAIN) return false;
        if (errno != EINTR) die("zmq_msg_recv");
    }
    return true;
}

bool has_more(zmq_msg_t *frame) { return zmq_msg_more(frame) != 0; }

void send_frame(void *socket, zmq_msg_t *frame, int flags) {
    while (zmq_msg_send(frame, socket, flags) < 0)
        if (errno != EINTR) die("zmq_msg_send");
}

_Noreturn void run_workers(long count, void *(*serve)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    for (long i = 1; i < count; i++) {
        pthread_t thread;
        errno = pthread_create(&thread, &attributes, serve, argument);
        if (errno) die("pthread_create");
    }
    serve(argument);
    die("a worker ended");
}

bool envelope_id(const void *envelope, size_t size, uint64_t *id) {
    static const char key[] = "\"id\":";
    const char *end = (const char *)envelope + size;
    const char *digit = memmem(envelope, size, key, sizeof key - 1);
    if (!digit) return false;
    digit += sizeof key - 1;
    if (digit == end || *digit < '0' || *digit > '9') return false;
    *id = 0;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++) *id = *id * 10 + (uint64_t)(*digit - '0');
    return true;
}

static size_t append(char *bytes, size_t size, const char *text, size_t count) {
    memcpy(bytes + size, text, count);
    return size + count;
}

static size_t append_number(char *bytes, size_t size, uint64_t number) {
    char digits[20];
    size_t first = sizeof digits;
    do digits[--first] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    return append(bytes, size, digits + first, sizeof digits - first);
}

size_t write_reply(char reply[reply_bytes], const void *envelope, size_t size) {
    static const char head[] = "{\"v\":1,\"id\":";
    static const char tail[] =
        ",\"status\":\"ok\",\"model\":\"echo\",\"version\":\"1.0.0\",\"content_type\":\"application/json\"}";
    uint64_t id = 0;
    envelope_id(envelope, size, &id);
    size_t count = append(reply, 0, head, sizeof head - 1);
    count = append_number(reply, count, id);
    return append(reply, count, tail, sizeof tail - 1);
}
