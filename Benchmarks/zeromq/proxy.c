// The baseline: libzmq's own zmq_proxy between a ROUTER that clients reach and a DEALER that workers reach.
#include "common.h"

#include <stdio.h>

int main(int argc, char **argv) {
    int mark = (int)integer_option(argc, argv, "--mark", 4096, 1, 1000000);
    void *context = zmq_ctx_new();
    void *frontend = open_socket(context, ZMQ_ROUTER, mark);
    void *backend = open_socket(context, ZMQ_DEALER, mark);
    bind_socket(frontend, required_option(argc, argv, "--frontend"));
    bind_socket(backend, required_option(argc, argv, "--backend"));
    puts("ready");
    fflush(stdout);
    zmq_proxy(frontend, backend, NULL);  // returns only when the context ends: a signal ends the process
    return 0;
}
