import sys

import zmq

socket = zmq.Context().socket(zmq.REQ)
socket.linger = 0  # never waits at the end for a server that isn't there
socket.connect(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555")
flower = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
socket.send_json({"op": "predict", "model": "iris_model", "input": flower})
reply = socket.recv_json() if socket.poll(5000) else {"error": {"code": "no reply", "message": "within 5 s"}}
if "error" in reply:
    sys.exit(f"{reply['error']['code']}: {reply['error']['message']}")
print(reply["output"]["species"])
