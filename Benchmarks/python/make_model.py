"""Fits the iris model as the project's own is fitted, and writes it as ONNX; with --samples, also the client's inputs.

    make_model.py --model iris.onnx [--samples iris.tsv]

A line of the samples is `EXPECTED<tab>PAYLOAD`: what scikit-learn predicts for a row, and the row.
"""

import argparse
import json

import numpy
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.svm import SVC

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")


def samples(classifier, iris):
    for row, label in zip(iris.data, classifier.predict(iris.data)):
        payload = json.dumps(dict(zip(FEATURES, row.tolist())), separators=(",", ":"))
        yield f'"{iris.target_names[label]}"\t{payload}\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--samples")
    options = parser.parse_args()

    iris = load_iris()
    classifier = SVC(gamma=0.001, C=100.0).fit(iris.data[:-1], iris.target[:-1])
    onnx = to_onnx(classifier, iris.data[:1].astype(numpy.float32), options={"zipmap": False})
    with open(options.model, "wb") as file:
        file.write(onnx.SerializeToString())
    if options.samples:
        with open(options.samples, "w", encoding="utf-8") as file:
            file.writelines(samples(classifier, iris))


if __name__ == "__main__":
    main()
