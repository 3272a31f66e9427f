"""A small convolution net on scikit-learn's digits: trained in numpy, written as a graph."""
import numpy
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

import fixture

FILTERS, SIDE = 8, 3


def patches(images):
    """Each image's 3 x 3 neighbourhoods: [N, 6, 6, 9]."""
    windows = numpy.lib.stride_tricks.sliding_window_view(images, (SIDE, SIDE), axis=(1, 2))
    return windows.reshape(*windows.shape[:3], SIDE * SIDE)


class Net:
    """Convolution, ReLU, maximum over 2 x 2, a dense layer, softmax."""

    def __init__(self, random):
        self.filters = random.normal(0, 0.3, (SIDE * SIDE, FILTERS)).astype(numpy.float32)
        self.bias = numpy.zeros(FILTERS, numpy.float32)
        self.weights = random.normal(0, 0.1, (9 * FILTERS, 10)).astype(numpy.float32)
        self.offset = numpy.zeros(10, numpy.float32)

    def forward(self, images):
        seen = patches(images)
        active = numpy.maximum(seen @ self.filters + self.bias, 0)
        blocks = active.reshape(-1, 3, 2, 3, 2, FILTERS)
        pooled = blocks.max(axis=(2, 4))
        scores = pooled.reshape(len(images), -1) @ self.weights + self.offset
        powers = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        return seen, active, blocks, pooled, powers / powers.sum(axis=1, keepdims=True)

    def learn(self, images, digits, rate):
        seen, active, blocks, pooled, probabilities = self.forward(images)
        fault = (probabilities - numpy.eye(10, dtype=numpy.float32)[digits]) / len(images)
        flat = pooled.reshape(len(images), -1)
        back = (fault @ self.weights.T).reshape(pooled.shape)[:, :, None, :, None, :]
        back = (back * (blocks == pooled[:, :, None, :, None, :])).reshape(active.shape) * (active > 0)
        self.weights -= rate * (flat.T @ fault)
        self.offset -= rate * fault.sum(axis=0)
        self.filters -= rate * numpy.einsum("nijp,nijf->pf", seen, back)
        self.bias -= rate * back.sum(axis=(0, 1, 2))

    def graph(self):
        # ONNX keeps channels before places: the dense layer's weights are put into that order.
        filters = self.filters.T.reshape(FILTERS, 1, SIDE, SIDE)
        weights = self.weights.reshape(3, 3, FILTERS, 10).transpose(2, 0, 1, 3).reshape(-1, 10)
        constants = {"filters": filters, "bias": self.bias, "weights": weights, "offset": self.offset}
        nodes = [
            helper.make_node("Conv", ["image", "filters", "bias"], ["convolved"]),
            helper.make_node("Relu", ["convolved"], ["active"]),
            helper.make_node("MaxPool", ["active"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("Flatten", ["pooled"], ["flat"]),
            helper.make_node("Gemm", ["flat", "weights", "offset"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
            helper.make_node("ArgMax", ["scores"], ["digit"], axis=1, keepdims=0),
        ]
        graph = helper.make_graph(
            nodes, "digits", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
            [helper.make_tensor_value_info("digit", TensorProto.INT64, ["N"]),
             helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
            [numpy_helper.from_array(numpy.ascontiguousarray(value), name) for name, value in constants.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10, producer_name="numpy")


def write(folder):
    random = numpy.random.default_rng(1)
    data = load_digits()
    images = (data.images / 16).astype(numpy.float32)
    net = Net(random)
    for _ in range(40):
        for batch in numpy.array_split(random.permutation(len(images)), 60):
            net.learn(images[batch], data.target[batch], rate=numpy.float32(0.3))
    probabilities = net.forward(images)[-1]
    right = (probabilities.argmax(axis=1) == data.target).mean()
    assert right > 0.97, f"only {right:.3f} of the digits are right"
    original = {"digit": probabilities.argmax(axis=1), "probabilities": probabilities}
    fixture.write(folder, "digits-convolution", net.graph(), [{"image": images[:, None]}], original)
