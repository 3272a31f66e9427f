// Many clients at once, each a DEALER with a connection of its own: every one asks once, checks its answer, and stays
// connected until the process is ended. It says "ready" once all are there and have been answered rightly.
//
//   client_crowd --connect ENDPOINT --model NAME --samples FILE --check echo|contains --clients N
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    descriptors_each = 2,  // of a DEALER: its connection, and what wakes it
    descriptors_besides = 100,
    together = 50,  // clients that connect at once: half of what a listening ZeroMQ socket queues
    answer_milliseconds = 20000,
};

static void raise_descriptor_limit(long clients) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t wanted = (rlim_t)(clients * descriptors_each + descriptors_besides);
    if (limit.rlim_max < wanted) die("%ld clients need %lu descriptors (ulimit -Hn)", clients, (unsigned long)wanted);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}

static void *connect_client(void *context, const char *endpoint) {
    enum { mark = 16 };
    void *socket = open_socket(context, ZMQ_DEALER, mark);
    connect_socket(socket, endpoint);
    return socket;
}

static void ask(void *socket, const char *model, const struct sample *sample) {
    char envelope[256];
    int size = snprintf(envelope, sizeof envelope, "{\"op\":\"predict\",\"id\":0,\"model\":\"%s\"}", model);
    if (zmq_send(socket, envelope, (size_t)size, ZMQ_SNDMORE) < 0) die("zmq_send");
    if (zmq_send(socket, sample->payload, sample->payload_size, 0) < 0) die("zmq_send");
}

static void check_answer(void *socket, long client, const struct sample *sample, bool echo) {
    if (!wait_readable(socket, answer_milliseconds)) die("client %ld got no answer", client);
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    bool more = true;
    while (more && receive(socket, &frame)) more = has_more(&frame);
    if (!is_expected(sample, zmq_msg_data(&frame), zmq_msg_size(&frame), echo))
        die("client %ld got a wrong answer: %.*s", client, (int)zmq_msg_size(&frame), (char *)zmq_msg_data(&frame));
    zmq_msg_close(&frame);
}

int main(int argc, char **argv) {
    long clients = integer_option(argc, argv, "--clients", 1000, 1, 100000);
    const char *endpoint = required_option(argc, argv, "--connect");
    const char *model = required_option(argc, argv, "--model");
    struct samples samples = read_samples(required_option(argc, argv, "--samples"));
    bool echo = strcmp(option(argc, argv, "--check", "contains"), "echo") == 0;
    raise_descriptor_limit(clients);
    void *context = zmq_ctx_new();
    if (zmq_ctx_set(context, ZMQ_MAX_SOCKETS, (int)clients + 10) != 0) die("ZMQ_MAX_SOCKETS");

    void **sockets = calloc((size_t)clients, sizeof *sockets);
    for (long first = 0; first < clients; first += together) {
        long end = first + together < clients ? first + together : clients;
        for (long i = first; i < end; i++) sockets[i] = connect_client(context, endpoint);
        for (long i = first; i < end; i++) ask(sockets[i], model, &samples.items[(size_t)i % samples.count]);
        for (long i = first; i < end; i++) check_answer(sockets[i], i, &samples.items[(size_t)i % samples.count], echo);
    }
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}
