// A worker behind the Sibyl broker (docs/protocol.md, the broker-worker half), with a model called "echo": answers each
// request with a reply envelope and the payload that it sent, exactly as echo_worker does behind zmq_proxy.
//
//   sibyl_echo_worker --connect ENDPOINT [--capacity N] [--workers N] [--milliseconds T]
//
// One process can be many workers, each with a thread and a connection of its own, and a request can take its time.
#include "common.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { version = 1, session_bytes = 16, request_bytes = 32, two_frames = 1 };
enum { bundle_header = 4, bundle_prefix = 4, bundle_bytes = 65536 };
enum kind { hello = 'H', pong = 'O', answer = 'A', bundle = 'B', ping = 'P', dispatch = 'D', introduce = 'I' };

static const char announcement[] =
    "{\"name\":\"c-echo\",\"models\":[{\"qualified_name\":\"echo\",\"display_name\":\"Echo\","
    "\"description\":\"Answers with its input.\",\"version\":\"1.0.0\",\"major_version\":1,\"minor_version\":0,"
    "\"versions\":[\"1.0.0\"],\"state\":\"ready\","
    "\"input_schema\":{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"},"
    "\"output_schema\":{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"}}]}";

// All numbers of the protocol are little-endian, as are the machines that this benchmark runs on.
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "sibyl_echo_worker is written for little-endian machines"
#endif

static void begin_message(uint8_t *bytes, enum kind kind, uint16_t flags) {
    bytes[0] = (uint8_t)kind;
    bytes[1] = version;
    memcpy(bytes + 2, &flags, sizeof flags);
}

static void say_hello(void *socket, uint32_t capacity) {
    uint8_t bytes[session_bytes + sizeof announcement - 1] = {0};
    uint32_t process = (uint32_t)getpid();
    begin_message(bytes, hello, 0);
    memcpy(bytes + 4, &capacity, sizeof capacity);
    memcpy(bytes + 8, &process, sizeof process);
    memcpy(bytes + session_bytes, announcement, sizeof announcement - 1);
    if (zmq_send(socket, bytes, sizeof bytes, 0) < 0) die("zmq_send");
}

static void say_pong(void *socket) {
    uint8_t bytes[4];
    begin_message(bytes, pong, 0);
    if (zmq_send(socket, bytes, sizeof bytes, 0) < 0) die("zmq_send");
}

// Answers that leave together: a bundle of several, or the one by itself.
struct answers {
    size_t size;
    unsigned count;
    uint8_t bytes[bundle_bytes];
};

static void send_answers(void *socket, struct answers *answers) {
    if (answers->count == 0) return;
    // A bundle of one message is that message.
    size_t begin = answers->count == 1 ? bundle_header + bundle_prefix : 0;
    begin_message(answers->bytes, bundle, 0);
    if (zmq_send(socket, answers->bytes + begin, answers->size - begin, 0) < 0) die("zmq_send");
    answers->count = 0;
    answers->size = bundle_header;
}

// Writes the header and the reply's envelope of an answer to `request`, whose client's envelope is `size` bytes long.
static size_t write_answer(uint8_t *bytes, const uint8_t *request, size_t size, bool is_joined) {
    size_t count = write_reply((char *)bytes + request_bytes, request + request_bytes, size);
    uint32_t items = 1, length = is_joined ? (uint32_t)count : 0;
    memset(bytes, 0, request_bytes);
    begin_message(bytes, answer, two_frames);
    memcpy(bytes + 8, request + 8, 8);
    memcpy(bytes + 24, &items, sizeof items);
    memcpy(bytes + 28, &length, sizeof length);
    return request_bytes + count;
}

// `request` is a dispatch with the client's envelope behind it, and behind that the payload.
static void answer_joined(struct answers *answers, const uint8_t *request, size_t size) {
    uint16_t envelope;
    memcpy(&envelope, request + 30, sizeof envelope);
    size_t end = request_bytes + envelope;
    if (end > size) die("a dispatch that is shorter than it says");
    uint8_t *bytes = answers->bytes + answers->size;
    size_t head = write_answer(bytes + bundle_prefix, request, envelope, true);
    memcpy(bytes + bundle_prefix + head, request + end, size - end);
    uint32_t length = (uint32_t)(head + size - end);
    memcpy(bytes, &length, sizeof length);
    answers->size += bundle_prefix + length;
    answers->count++;
}

// The same for a payload that is a frame of its own.
static void answer_long(void *socket, const uint8_t *request, size_t size, zmq_msg_t *payload) {
    uint8_t bytes[request_bytes + reply_bytes];
    size_t count = write_answer(bytes, request, size - request_bytes, false);
    if (zmq_send(socket, bytes, count, ZMQ_SNDMORE) < 0) die("zmq_send");
    send_frame(socket, payload, 0);
}

// MARK: Many workers

struct worker {
    void *context;
    const char *endpoint;
    int mark;
    uint32_t capacity;
    struct timespec work;  // what one request takes
};

static void compute(const struct worker *worker) {
    struct timespec left = worker->work;
    while (left.tv_sec + left.tv_nsec > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) continue;
}

static void handle_dispatch(const struct worker *worker, void *socket, struct answers *answers, const uint8_t *bytes,
                            size_t size, zmq_msg_t *payload) {
    if (size < request_bytes || !(bytes[2] & two_frames)) die("a dispatch that is not of the two-frame shape");
    compute(worker);
    if (payload) return answer_long(socket, bytes, size, payload);
    if (answers->size + size + reply_bytes > bundle_bytes) send_answers(socket, answers);
    answer_joined(answers, bytes, size);
    // Who takes long lets nobody wait for the next.
    if (worker->work.tv_sec + worker->work.tv_nsec > 0) send_answers(socket, answers);
}

static void handle(const struct worker *worker, void *socket, struct answers *answers, const uint8_t *bytes, size_t size,
                   zmq_msg_t *payload) {
    if (size < 4) return;
    switch (bytes[0]) {
        case dispatch: return handle_dispatch(worker, socket, answers, bytes, size, payload);
        case ping: return say_pong(socket);
        case introduce: return say_hello(socket, worker->capacity);
        default: return;  // a welcome asks for nothing, and a cancel comes too late for an echo
    }
}

static void handle_bundle(const struct worker *worker, void *socket, struct answers *answers, const uint8_t *bytes,
                          size_t size) {
    for (size_t at = bundle_header; at + bundle_prefix <= size;) {
        uint32_t length;
        memcpy(&length, bytes + at, sizeof length);
        at += bundle_prefix;
        if (length > size - at) die("a bundle that ends within a message");
        handle(worker, socket, answers, bytes + at, length, NULL);
        at += length;
    }
    send_answers(socket, answers);
}

static void handle_frame(const struct worker *worker, void *socket, struct answers *answers, zmq_msg_t *frame) {
    const uint8_t *bytes = zmq_msg_data(frame);
    size_t size = zmq_msg_size(frame);
    if (size >= bundle_header && bytes[0] == bundle) return handle_bundle(worker, socket, answers, bytes, size);
    zmq_msg_t payload;
    zmq_msg_init(&payload);
    bool is_long = has_more(frame);
    if (is_long && !receive(socket, &payload)) die("a message without its second frame");
    handle(worker, socket, answers, bytes, size, is_long ? &payload : NULL);
    send_answers(socket, answers);
}

static void *serve(void *argument) {
    const struct worker *worker = argument;
    prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: by default the kernel sleeps up to 50 µs longer than asked
    void *socket = open_socket(worker->context, ZMQ_DEALER, worker->mark);
    connect_socket(socket, worker->endpoint);
    say_hello(socket, worker->capacity);

    struct answers *answers = malloc(sizeof *answers);
    if (!answers) die("malloc");
    answers->count = 0;
    answers->size = bundle_header;
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (;;) {
        wait_readable(socket, -1);
        while (receive(socket, &frame)) handle_frame(worker, socket, answers, &frame);
    }
    return NULL;
}

int main(int argc, char **argv) {
    long workers = integer_option(argc, argv, "--workers", 1, 1, worker_limit);
    long milliseconds = integer_option(argc, argv, "--milliseconds", 0, 0, 60000);
    struct worker worker = {.context = zmq_ctx_new(),
                            .endpoint = required_option(argc, argv, "--connect"),
                            .mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000),
                            .capacity = (uint32_t)integer_option(argc, argv, "--capacity", 1024, 1, 1000000),
                            .work = {milliseconds / 1000, milliseconds % 1000 * 1000000}};
    puts("ready");
    fflush(stdout);
    run_workers(workers, serve, &worker);
}
