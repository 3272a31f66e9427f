// Asks until the first right answer comes and prints when that was, as CLOCK_MONOTONIC nanoseconds. It says "ready"
// once it has begun to ask, so that whoever starts the server afterwards can tell how long the server took.
//
//   first_reply --connect ENDPOINT --model NAME --samples FILE [--check echo|contains] [--seconds S]
#include "samples.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// One request at a time: true for a right answer. An error ("unavailable" while no worker is there) is asked again.
static bool ask(void *socket, const char *model, const struct sample *sample, bool echo) {
    char envelope[256];
    int size = snprintf(envelope, sizeof envelope, "{\"op\":\"predict\",\"id\":0,\"model\":\"%s\"}", model);
    if (zmq_send(socket, envelope, (size_t)size, ZMQ_SNDMORE) < 0) die("zmq_send");
    if (zmq_send(socket, sample->payload, sample->payload_size, 0) < 0) die("zmq_send");
    if (!wait_readable(socket, 30000)) return false;
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    bool right = false;
    while (receive(socket, &frame))
        right = !has_more(&frame) && is_expected(sample, zmq_msg_data(&frame), zmq_msg_size(&frame), echo);
    zmq_msg_close(&frame);
    return right;
}

int main(int argc, char **argv) {
    uint64_t seconds = (uint64_t)integer_option(argc, argv, "--seconds", 30, 1, 600);
    const char *model = required_option(argc, argv, "--model");
    struct samples samples = read_samples(required_option(argc, argv, "--samples"));
    bool echo = strcmp(option(argc, argv, "--check", "contains"), "echo") == 0;
    void *context = zmq_ctx_new();
    void *socket = open_socket(context, ZMQ_DEALER, 1000);
    int interval = 1;  // milliseconds: the client's own pause must not count as the server's start
    zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &interval, sizeof interval);
    connect_socket(socket, required_option(argc, argv, "--connect"));
    puts("ready");
    fflush(stdout);

    uint64_t deadline = now() + seconds * 1000000000u;
    for (long attempts = 1; now() < deadline; attempts++) {
        if (ask(socket, model, &samples.items[0], echo)) {
            printf("{\"at_ns\":%llu,\"attempts\":%ld}\n", (unsigned long long)now(), attempts);
            return 0;
        }
        usleep(500);
    }
    fprintf(stderr, "first_reply: no right answer within %llu s\n", (unsigned long long)seconds);
    return 1;
}
