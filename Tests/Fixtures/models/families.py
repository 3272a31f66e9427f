"""Models of the usual families, trained on data that scikit-learn brings, each with its own predictions of all of it."""
import numpy
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import fixture


def classifier(folder, name, model, rows, classes, zipmap=False):
    # What a request brings is float32, so that is what it is trained on as well.
    rows = rows.astype(numpy.float32)
    model.fit(rows, classes)
    graph = to_onnx(model, rows[:1], options={"zipmap": zipmap})
    original = {"label": model.predict(rows), "probabilities": model.predict_proba(rows).astype(numpy.float32)}
    if zipmap:
        del original["probabilities"]
    fixture.write(folder, name, graph, [{"X": rows}], original)


def iris(folder):
    data = load_iris()
    species = data.target_names[data.target]
    svc = lambda: SVC(probability=True, random_state=1)
    classifier(folder, "iris-svc", svc(), data.data, data.target)
    classifier(folder, "iris-svc-zipmap", svc(), data.data, species, zipmap=True)
    mlp = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=400, random_state=1))
    classifier(folder, "iris-mlp", mlp, data.data, species)


def boosting(folder):
    cancer = load_breast_cancer()
    classifier(folder, "cancer-boosting", HistGradientBoostingClassifier(max_iter=60, random_state=1), cancer.data, cancer.target)
    diabetes = load_diabetes()
    rows = diabetes.data.astype(numpy.float32)
    model = GradientBoostingRegressor(random_state=1).fit(rows, diabetes.target)
    original = {"variable": model.predict(rows).astype(numpy.float32)[:, None]}
    fixture.write(folder, "diabetes-boosting", to_onnx(model, rows[:1]), [{"X": rows}], original)


def passengers(count=400):
    """Columns of text and of numbers, with gaps in both, and whether each passenger is late."""
    random = numpy.random.default_rng(1)
    columns = {
        "port": random.choice(["Cork", "Calais", "Göteborg", ""], count).astype(object),
        "fare": random.choice(["first", "second", "third"], count).astype(object),
        "age": random.integers(1, 90, count).astype(numpy.float32),
        "miles": random.gamma(2, 200, count).astype(numpy.float32),
    }
    late = (columns["age"] / 90 + (columns["port"] == "Cork") - (columns["fare"] == "first") + random.normal(0, 0.3, count)) > 0.5
    columns["age"][random.random(count) < 0.2] = numpy.nan
    return columns, numpy.where(late, "late", "on time")


def pipeline(folder):
    columns, late = passengers()
    table = numpy.array(list(columns.values()), dtype=object).T
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    model = make_pipeline(
        ColumnTransformer([("texts", OneHotEncoder(handle_unknown="ignore"), [0, 1]), ("numbers", numbers, [2, 3])]),
        LogisticRegression())
    model.fit(table, late)
    types = [(name, (StringTensorType if column.dtype == object else FloatTensorType)([None, 1])) for name, column in columns.items()]
    graph = to_onnx(model, initial_types=types, options={"zipmap": False})
    original = {"label": model.predict(table), "probabilities": model.predict_proba(table).astype(numpy.float32)}
    inputs = {name: column[:, None] for name, column in columns.items()}
    unknown = {name: column[:1] for name, column in inputs.items()} | {"port": numpy.array([["Atlantis"]], dtype=object)}
    fixture.write(folder, "passengers-pipeline", graph, [inputs, unknown], original)


def write(folder):
    iris(folder)
    boosting(folder)
    pipeline(folder)
