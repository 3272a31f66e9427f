// A worker behind zmq_proxy: answers each request with a reply envelope and the payload that it sent.
// A request here is [routing id][envelope][payload]; the routing id comes from the proxy's ROUTER and goes back to it.
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

int main(int argc, char **argv) {
    int mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000);
    void *context = zmq_ctx_new();
    void *socket = open_socket(context, ZMQ_DEALER, mark);
    connect_socket(socket, required_option(argc, argv, "--connect"));
    puts("ready");
    fflush(stdout);

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
}
