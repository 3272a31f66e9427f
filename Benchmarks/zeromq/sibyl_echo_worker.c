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
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { version = 1, session_bytes = 16, request_bytes = 32, two_frames = 1 };
enum kind { hello = 'H', pong = 'O', answer = 'A', ping = 'P', dispatch = 'D', introduce = 'I' };

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

static void begin(uint8_t *bytes, enum kind kind, uint16_t flags) {
    bytes[0] = (uint8_t)kind;
    bytes[1] = version;
    memcpy(bytes + 2, &flags, sizeof flags);
}

static void say_hello(void *socket, uint32_t capacity) {
    uint8_t bytes[session_bytes + sizeof announcement - 1] = {0};
    uint32_t process = (uint32_t)getpid();
    begin(bytes, hello, 0);
    memcpy(bytes + 4, &capacity, sizeof capacity);
    memcpy(bytes + 8, &process, sizeof process);
    memcpy(bytes + session_bytes, announcement, sizeof announcement - 1);
    if (zmq_send(socket, bytes, sizeof bytes, 0) < 0) die("zmq_send");
}

static void say_pong(void *socket) {
    uint8_t bytes[4];
    begin(bytes, pong, 0);
    if (zmq_send(socket, bytes, sizeof bytes, 0) < 0) die("zmq_send");
}

// `first` is the dispatch with the client's envelope behind it, `second` the client's payload; null when that is joined
// to the first.
static void answer_request(void *socket, zmq_msg_t *first, zmq_msg_t *second) {
    const uint8_t *request = zmq_msg_data(first);
    size_t size = zmq_msg_size(first);
    if (size < request_bytes || !(request[2] & two_frames)) die("a dispatch that is not of the two-frame shape");
    size_t end = size;
    if (!second) {
        uint16_t length;
        memcpy(&length, request + 30, sizeof length);
        end = request_bytes + length;
        if (end > size) die("a joined dispatch that is shorter than it says");
    }

    char envelope[reply_bytes];
    size_t count = write_reply(envelope, request + request_bytes, end - request_bytes);
    uint32_t items = 1, length = second ? 0 : (uint32_t)count;
    zmq_msg_t reply;
    zmq_msg_init_size(&reply, request_bytes + count + (size - end));
    uint8_t *bytes = zmq_msg_data(&reply);
    memset(bytes, 0, request_bytes);
    begin(bytes, answer, two_frames);
    memcpy(bytes + 8, request + 8, 8);
    memcpy(bytes + 24, &items, sizeof items);
    memcpy(bytes + 28, &length, sizeof length);
    memcpy(bytes + request_bytes, envelope, count);
    memcpy(bytes + request_bytes + count, request + end, size - end);
    send_frame(socket, &reply, second ? ZMQ_SNDMORE : 0);
    if (second) send_frame(socket, second, 0);
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

static void handle(const struct worker *worker, void *socket, zmq_msg_t *first) {
    const uint8_t *bytes = zmq_msg_data(first);
    size_t size = zmq_msg_size(first);
    if (size >= 4 && bytes[0] == dispatch) {
        zmq_msg_t payload;
        zmq_msg_init(&payload);
        bool is_joined = !has_more(first);
        if (!is_joined && !receive(socket, &payload)) die("a dispatch without its second frame");
        compute(worker);
        answer_request(socket, first, is_joined ? NULL : &payload);
    } else if (size >= 4 && bytes[0] == ping) {
        say_pong(socket);
    } else if (size >= 4 && bytes[0] == introduce) {
        say_hello(socket, worker->capacity);
    }  // a welcome asks for nothing, and a cancel comes too late for an echo
}

static void *serve(void *argument) {
    const struct worker *worker = argument;
    prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: by default the kernel sleeps up to 50 µs longer than asked
    void *socket = open_socket(worker->context, ZMQ_DEALER, worker->mark);
    connect_socket(socket, worker->endpoint);
    say_hello(socket, worker->capacity);

    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (;;) {
        wait_readable(socket, -1);
        while (receive(socket, &frame)) handle(worker, socket, &frame);
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
