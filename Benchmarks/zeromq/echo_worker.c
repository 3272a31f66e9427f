// A worker behind zmq_proxy: answers each request with a reply envelope and the payload that it sent.
// A request here is [routing id][envelope][payload]; the routing id comes from the proxy's ROUTER and goes back to it.
//
//   echo_worker --connect ENDPOINT [--workers N]
#include "common.h"

#include <stdio.h>
#include <string.h>

static void answer(void *socket, zmq_msg_t *envelope, zmq_msg_t *payload) {
    char bytes[reply_bytes];
    size_t size = write_reply(bytes, zmq_msg_data(envelope), zmq_msg_size(envelope));
    zmq_msg_t reply;
    zmq_msg_init_size(&reply, size);
    memcpy(zmq_msg_data(&reply), bytes, size);
    send_frame(socket, &reply, ZMQ_SNDMORE);
    send_frame(socket, payload, 0);
}

struct worker {
    void *context;
    const char *endpoint;
    int mark;
};

static void *serve(void *argument) {
    const struct worker *worker = argument;
    void *socket = open_socket(worker->context, ZMQ_DEALER, worker->mark);
    connect_socket(socket, worker->endpoint);

    zmq_msg_t route, envelope, payload;
    zmq_msg_init(&route);
    zmq_msg_init(&envelope);
    zmq_msg_init(&payload);
    for (;;) {
        wait_readable(socket, -1);
        while (receive(socket, &route)) {
            if (!receive(socket, &envelope) || !has_more(&envelope) || !receive(socket, &payload))
                die("a request of other than three frames");
            send_frame(socket, &route, ZMQ_SNDMORE);
            answer(socket, &envelope, &payload);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    long workers = integer_option(argc, argv, "--workers", 1, 1, worker_limit);
    struct worker worker = {.context = zmq_ctx_new(),
                            .endpoint = required_option(argc, argv, "--connect"),
                            .mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000)};
    puts("ready");
    fflush(stdout);
    run_workers(workers, serve, &worker);
}
