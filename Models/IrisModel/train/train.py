#!/usr/bin/env python3
"""Trains the iris classifier and writes what the Swift package serves. Run by whoever retrains, never when serving.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py

It writes the libsvm model (Sources/IrisModel/Parameters/iris.svm), the data set (data/iris.csv) and scikit-learn's own
predictions of it (data/sklearn-predictions.csv), which the tests compare with.
"""
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.svm import SVC

PACKAGE = Path(__file__).resolve().parent.parent
GAMMA, COST = 0.001, 100.0


def write_libsvm_model(classifier, path):
    """Writes a fitted SVC in libsvm's text format. scikit-learn's SVC is libsvm's C-SVC, so this loses nothing: numbers
    are written with the digits that bring back the same double, and rho is minus the intercept."""
    number = lambda value: repr(float(value))
    lines = [
        "svm_type c_svc",
        "kernel_type rbf",
        f"gamma {number(GAMMA)}",
        f"nr_class {len(classifier.classes_)}",
        f"total_sv {len(classifier.support_vectors_)}",
        "rho " + " ".join(number(-intercept) for intercept in classifier._intercept_),
        "label " + " ".join(str(int(label)) for label in classifier.classes_),
        "nr_sv " + " ".join(str(int(count)) for count in classifier.n_support_),
        "SV",
    ]
    for place, vector in enumerate(classifier.support_vectors_):
        coefficients = " ".join(number(row[place]) for row in classifier._dual_coef_)
        features = " ".join(f"{index}:{number(value)}" for index, value in enumerate(vector, start=1))
        lines.append(f"{coefficients} {features} ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def main():
    iris = load_iris()
    classifier = SVC(gamma=GAMMA, C=COST).fit(iris.data[:-1], iris.target[:-1])
    write_libsvm_model(classifier, PACKAGE / "Sources/IrisModel/Parameters/iris.svm")

    data = PACKAGE / "data"
    data.mkdir(exist_ok=True)
    names = [str(name) for name in iris.target_names]
    rows = ["sepal_length,sepal_width,petal_length,petal_width,species"]
    rows += [",".join(map(str, row)) + "," + names[label] for row, label in zip(iris.data.tolist(), iris.target)]
    (data / "iris.csv").write_text("\n".join(rows) + "\n")

    predictions = classifier.predict(iris.data)
    (data / "sklearn-predictions.csv").write_text(
        "\n".join(["species"] + [names[label] for label in predictions]) + "\n")
    print(f"{len(classifier.support_vectors_)} support vectors; "
          f"{(predictions == iris.target).mean():.4f} of the {len(rows) - 1} rows are right")


if __name__ == "__main__":
    main()
