// A worker behind the Sibyl broker (docs/protocol.md, the broker-worker half), with a model called "echo": answers each
// request with a reply envelope and the payload that it sent, exactly as echo_worker does behind zmq_proxy.
#include "common.h"

#include <stdio.h>
#include <string.h>
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

// `header` is the dispatch with the client's envelope behind it, `payload` the client's second frame.
static void answer_request(void *socket, zmq_msg_t *header, zmq_msg_t *payload) {
    const uint8_t *request = zmq_msg_data(header);
    size_t size = zmq_msg_size(header);
    if (size < request_bytes || !(request[2] & two_frames)) die("a dispatch that is not of the two-frame shape");

    char envelope[reply_bytes];
    size_t count = write_reply(envelope, request + request_bytes, size - request_bytes);
    uint32_t items = 1;
    zmq_msg_t reply;
    zmq_msg_init_size(&reply, request_bytes + count);
    uint8_t *bytes = zmq_msg_data(&reply);
    memset(bytes, 0, request_bytes);
    begin(bytes, answer, two_frames);
    memcpy(bytes + 8, request + 8, 8);
    memcpy(bytes + 24, &items, sizeof items);
    memcpy(bytes + request_bytes, envelope, count);
    send_frame(socket, &reply, ZMQ_SNDMORE);
    send_frame(socket, payload, 0);
}

static void handle(void *socket, zmq_msg_t *first, uint32_t capacity) {
    const uint8_t *bytes = zmq_msg_data(first);
    size_t size = zmq_msg_size(first);
    if (size >= 4 && bytes[0] == dispatch) {
        zmq_msg_t payload;
        zmq_msg_init(&payload);
        if (!has_more(first) || !receive(socket, &payload)) die("a dispatch without its second frame");
        answer_request(socket, first, &payload);
    } else if (size >= 4 && bytes[0] == ping) {
        say_pong(socket);
    } else if (size >= 4 && bytes[0] == introduce) {
        say_hello(socket, capacity);
    }  // a welcome asks for nothing, and a cancel comes too late for an echo
}

int main(int argc, char **argv) {
    int mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000);
    uint32_t capacity = (uint32_t)integer_option(argc, argv, "--capacity", 1024, 1, 1000000);
    void *context = zmq_ctx_new();
    void *socket = open_socket(context, ZMQ_DEALER, mark);
    connect_socket(socket, required_option(argc, argv, "--connect"));
    say_hello(socket, capacity);
    puts("ready");
    fflush(stdout);

    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (;;) {
        wait_readable(socket, -1);
        while (receive(socket, &frame)) handle(socket, &frame, capacity);
    }
}
