"""Words that people mean: unknown names, attributes and keywords are answered by what there is instead."""

import copy
import inspect
import pickle
import pydoc
import re
import subprocess
import sys
from functools import partial
from importlib import metadata
from types import SimpleNamespace

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, draw
from autograd.argument_words import KEYWORDS
from autograd.errors import AutogradError, CallError, KeywordError, UnknownImportError, UnknownNameError
from autograd.version import version
from autograd.vocabulary import WORDS
from autograd.words import _Word

MODULES = {"autograd": autograd, "nn": nn}
W = Value(2.0, "w")
THINGS = {
    "v": Value(3.0, "v"),
    "f": compile(lambda x: W * x).record([1.0]),
    "net": nn.MLP([2, 1], seed=0),
    "mlp": nn.MLP([2, 1], seed=0),
    "layer": nn.Layer(2, 1, seed=0),
    "neuron": nn.Neuron([1.0, 2.0]),
    "optimiser": nn.SGD(0.5),
    "history": nn.History(),
    "model": nn.Classifier(hidden=(), epochs=1).fit([[0.0], [1.0]], [0, 1]),
    "drawing": draw(W * 2),
    "page": draw(W * 2).page(),
    "label": autograd.Label("w"),
}
CALLED = {
    "Value()": partial(Value, 1.0),
    "v.backward()": Value(1.0).backward,
    **{f"{name}()": getattr(autograd, name) for name in ("gradient", "compile", "draw", "check_gradient")},
    **{f"{name}()": getattr(autograd, name) for name in ("grad", "value_and_grad", "jvp", "operation")},
    **{f"nn.{name}()": getattr(nn, name) for name in ("MLP", "Layer", "Dropout", "LayerNorm", "EarlyStopping", "fit")},
    **{f"nn.{name}()": getattr(nn, name) for name in ("SGD", "Nesterov", "RMSprop", "Adam", "AdamW")},
    **{f"nn.{name}()": getattr(nn, name) for name in ("Classifier", "Regressor")},
}
CALLED |= {f"{name}()": getattr(autograd, name) for name in ("softmax", "log_softmax", "logsumexp")}
CALLED |= {
    f"nn.{name}()": getattr(nn, name) for name in ("squared_error", "absolute_error", "huber", "accuracy", "load")
}
CALLED |= {
    f"nn.{name}()": getattr(nn, name) for name in ("cross_entropy", "binary_cross_entropy", "cosine", "step_decay")
}
CALLED |= {"model.fit()": THINGS["model"].fit}
CALLED |= {"net.predict()": THINGS["net"].predict, "drawing.save()": THINGS["drawing"].save}
PLACES = {**MODULES, **THINGS}


def parameters_of(function):
    return [p.name for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD]


def raised(call):
    with pytest.raises(AutogradError) as caught:
        call()
    return caught.value


# The table


def test_every_place_of_the_table_is_tried_here():
    assert WORDS.keys() <= PLACES.keys() | CALLED.keys()
    assert sum(map(len, WORDS.values())) + len(KEYWORDS) >= 400


@pytest.mark.parametrize("place", PLACES)
def test_no_word_of_the_table_is_there_already(place):
    assert WORDS[place] and not {word for word in WORDS[place] if hasattr(PLACES[place], word)}


@pytest.mark.parametrize("place", CALLED)
def test_no_keyword_of_the_table_is_an_argument_already(place):
    assert not set(WORDS.get(place, ())) & set(parameters_of(CALLED[place]))


def test_every_general_keyword_means_an_argument_of_some_function():
    there = {name for function in (*CALLED.values(), Value) for name in parameters_of(function)}
    assert {meant for words in KEYWORDS.values() for meant in words} <= there


@pytest.mark.parametrize("place", WORDS)
def test_every_answer_names_what_there_is(place):
    for answer in set(WORDS[place].values()):
        for owner, name in re.findall(rf"(?<!\")\b({'|'.join(PLACES)})\.([A-Za-z_]+)", answer):
            assert hasattr(PLACES[owner], name) or f"{owner}.{name}" == "autograd.numpy", answer
        for owner, name, given in re.findall(r"\b(autograd|nn)\.(\w+)\(([^()]*(?:\([^()]*\))?[^()]*)\)", answer):
            outside = re.sub(r"\([^()]*\)", "", given)
            assert set(re.findall(r"(\w+)=", outside)) <= set(parameters_of(getattr(PLACES[owner], name))), answer
        if place.endswith("()") and (named := re.match(r"(\w+)=", answer)):
            assert named[1] in parameters_of(CALLED[place]), answer


# What a word gets


@pytest.mark.parametrize("place", PLACES)
def test_a_name_of_another_package_is_answered(place):
    for word, answer in WORDS[place].items():
        error = raised(lambda word=word: getattr(PLACES[place], word))
        assert isinstance(error, UnknownNameError) and isinstance(error, AttributeError) and error.name == word
        assert str(error) == f"{place}.{word}: expected {answer}"
        assert getattr(PLACES[place], word, None) is None and word not in dir(PLACES[place])


@pytest.mark.parametrize(
    "place", ["v", "f", "net", "mlp", "layer", "neuron", "optimiser", "history", "model", "drawing", "page"]
)
def test_an_attribute_of_another_package_is_not_set_in_silence(place):
    for word, answer in WORDS[place].items():
        error = raised(lambda word=word: setattr(THINGS[place], word, 3))
        assert isinstance(error, UnknownNameError) and str(error) == f"{place}.{word}: expected {answer}"


@pytest.mark.parametrize("place", [place for place in CALLED if place in WORDS])
def test_a_keyword_of_another_package_is_answered(place):
    for word, answer in WORDS[place].items():
        error = raised(lambda word=word: CALLED[place](**{word: 1}))
        assert isinstance(error, KeywordError) and isinstance(error, TypeError)
        assert str(error) == f"{place[:-2]}({word}=...): expected {answer}"


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: nn.SGD(lr=0.1), "nn.SGD(lr=...): expected learning_rate=..."),
        (lambda: nn.SGD(THINGS["net"].parameters(), lr=0.1), "nn.SGD(lr=...): expected learning_rate=..."),
        (lambda: nn.Adam(eps=1e-7), "nn.Adam(eps=...): expected epsilon=..."),
        (lambda: nn.MLP([2, 1], initializer="he"), "nn.MLP(initializer=...): expected initialiser=..."),
        (lambda: nn.MLP([2, 1], act="relu"), "nn.MLP(act=...): expected activation=..."),
        (lambda: nn.fit(None, [], [], loss=1), "nn.fit(loss=...): expected cost=..."),
        (
            lambda: nn.fit(None, [], [], optimizer=1, n_epochs=2, seed=0),
            "nn.fit(optimizer=..., n_epochs=...): expected optimiser=...; epochs=...",
        ),
        (lambda: nn.fit(None, [], [], validation_data=1), "nn.fit(validation_data=...): expected validation=..."),
        (lambda: nn.fit(None, [], [], callback=print), "nn.fit(callback=...): expected callbacks=..."),
        (lambda: nn.EarlyStopping(min_delta=0.1), "nn.EarlyStopping(min_delta=...): expected minimum_change=..."),
        (lambda: nn.fit(None, [], [], verbose=0), "nn.fit(verbose=...): expected progress=..."),
        (lambda: Value(0.5, name="w"), "Value(name=...): expected label=..."),
        (lambda: autograd.gradient(W, argnums=0), "gradient(argnums=...): expected wrt=..."),
        (lambda: draw(W, highlight=W), "draw(highlight=...): expected path_to=..."),
    ],
)
def test_the_keywords_people_type(call, says):
    assert str(raised(call)) == says


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: autograd.sigmod, "autograd.sigmod: expected autograd.sigmoid"),
        (lambda: nn.squared_eror, "nn.squared_eror: expected nn.squared_error"),
        (lambda: nn.relu, "nn.relu: expected autograd.relu"),
        (lambda: nn.softmx, "nn.softmx: expected autograd.softmax"),
        (lambda: nn.Sgd, "nn.Sgd: expected nn.SGD"),
        (lambda: nn.LeakyRelu, "nn.LeakyRelu: expected autograd.leaky_relu"),
        (lambda: autograd.qqqq, "autograd.qqqq: expected one of the names in dir(autograd)"),
        (lambda: nn.fit(None, [], [], epoch=3), "nn.fit(epoch=...): expected epochs=..."),
        (lambda: nn.SGD(0.5, qqqq=3), "nn.SGD(qqqq=...): expected no such argument, but learning_rate=, momentum="),
        (lambda: Value(1.0, _op="+"), "Value(_op=...): expected no such argument, but data=, label="),
        (lambda: Value(1.0, **{"a\x1b\n": 3}), "Value(a =...): expected no such argument, but data=, label="),
    ],
)
def test_a_word_without_an_answer_gets_the_nearest_names(call, says):
    assert str(raised(call)).startswith(says)


@pytest.mark.parametrize(
    "line, says", [("from autograd import Tensor", "Value"), ("from nn import Linear", "nn.Layer")]
)
def test_an_import_is_answered_too(line, says):
    with pytest.raises(ImportError, match=says) as caught:
        exec(line)
    assert isinstance(caught.value, UnknownImportError)
    with pytest.raises(ImportError, match=r"expected autograd\.sigmoid\b"):
        from autograd import sigmod  # noqa: F401


@pytest.mark.parametrize("line", ["import autograd.numpy as np", "from autograd import numpy as np"])
def test_code_for_the_other_package_of_this_name_is_answered(line):
    with pytest.raises(UnknownImportError, match=r"autograd\.numpy: expected NumPy itself.*HIPS autograd.*another"):
        exec(line)


def test_what_is_wrong_otherwise_is_said_as_ever():
    for call in (lambda: nn.SGD(), lambda: nn.SGD(1, 2, 3), lambda: nn.SGD(0.5, learning_rate=0.5), Value):
        with pytest.raises(TypeError) as caught:
            call()
        assert not isinstance(caught.value, AutogradError)
    with pytest.raises(CallError, match=r"got TypeError \(from inside\) in _raises"):
        nn.fit(nn.MLP([2, 1]), [[0.0, 1.0]], [[1.0]], cost=_raises, progress=False)


def _raises(a, y):
    raise TypeError("from inside")


# What probes and copies


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["__array_interface__", "__array__", "_ipython_canary_method_should_not_exist_", "_x"])
def test_names_with_underscores_are_not_words(place, name):
    assert not any(word.startswith("_") for words in WORDS.values() for word in words)
    with pytest.raises(AttributeError) as caught:
        getattr(PLACES[place], name)
    assert not isinstance(caught.value, AutogradError)


def test_a_value_has_no_getattr_which_would_slow_every_attribute():
    assert not hasattr(Value, "__getattr__") and "__getattribute__" not in vars(Value)
    assert isinstance(inspect.getattr_static(Value, "shape"), _Word)


def test_help_tells_of_a_word_that_it_is_not_there():
    told = pydoc.render_doc(Value, renderer=pydoc.plaintext)
    assert f"Not here. v.shape: expected {WORDS['v']['shape']}" in told


def test_numpy_copies_and_pickles_see_what_there_is():
    v = Value(2.0, "v")
    assert np.array([v, v]).shape == (2,) and np.shape(v) == () and np.ndim(v) == 0
    for again in (copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))):
        assert again(v).label == v.label
        assert again(THINGS["net"]).sizes == [2, 1] and again(nn.SGD(0.5)).learning_rate == 0.5
    assert np.sum([v, v]).data == 4.0 and np.max(np.array([v, v])) is v


def test_a_class_of_ones_own_may_use_the_words():
    class Net(nn.Module):
        def __init__(self):
            self.weights, self.forward = [Value(1.0)], 3
            del self.forward
            self.params = 4

        def fit(self):
            return "its own"

    class Parameter(Value):
        __slots__ = ("name",)

    class Open(Value):
        pass

    net, parameter, opened = Net(), Parameter(1.0), Open(1.0)
    parameter.name, opened.shape = "w", (1,)
    assert len(net.parameters()) == 1 and net.params == 4 and net.fit() == "its own" and not hasattr(net, "forward")
    assert parameter.name == "w" and opened.shape == (1,) and not hasattr(parameter, "shape")
    with pytest.raises(UnknownNameError):
        del net.forward


def test_signatures_and_names_stay():
    assert list(inspect.signature(nn.SGD).parameters)[:2] == ["learning_rate", "momentum"]
    assert list(inspect.signature(nn.fit).parameters)[:4] == ["net", "X", "Y", "cost"]
    assert pickle.loads(pickle.dumps(nn.fit)) is nn.fit and draw.__module__ == "autograd.drawing"
    assert nn.MLP.__init__.__doc__ is None and "Train a network" in nn.fit.__doc__


PUBLIC = {f"{m}.{name}": getattr(MODULES[m], name) for m in MODULES for name in MODULES[m].__all__}


# An operation each, which a wrapper would slow; what takes any keyword; and what no user makes.
OPERATIONS = {"weighted_sum", "total", "mean", "maximum", "minimum", "where", "Label", "dot", "prod"}
OPERATIONS |= {"atan2", "hypot", "logaddexp", "mod", "copysign"}
OTHERS = {"vjp", "no_grad", "anomalies", "Sequential", "noise", "noise_count", "Module"}
MADE = {"AutogradError", "Compiled", "Drawing", "GradientVector", "History", "Epoch"}


def takes_keywords(thing):
    return callable(thing) and [*inspect.signature(thing).parameters] != ["a"]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_function_answers_a_keyword_that_it_does_not_have(name):
    alone, thing = name.rpartition(".")[2], PUBLIC[name]
    if alone in OPERATIONS | OTHERS | MADE or not takes_keywords(thing):
        pytest.skip("an operation, or nothing with keywords")
    given = [1.0] if thing is Value else []
    error = raised(lambda: thing(*given, qqqq=3))
    told = name if name.startswith("nn.") else alone
    assert str(error).startswith(f"{told}(qqqq=...): expected no such argument, but ")


def test_the_names_of_a_module_are_found_where_they_always_were():
    assert all(name in dir(sys.modules[m]) for m in MODULES for name in MODULES[m].__all__)
    assert SimpleNamespace(**PUBLIC) and not hasattr(autograd, "Tensor") and getattr(nn, "Linear", 3) == 3


@pytest.mark.parametrize("module", MODULES.values())
def test_the_version_is_the_distributions(module, monkeypatch):
    assert module.__version__ == version() and re.match(r"\d+(\.|\+)", version())
    monkeypatch.setattr(metadata, "version", lambda name: {"scalar-autograd": "7.8.9"}[name])
    assert module.__version__ == "7.8.9"
    monkeypatch.undo()
    monkeypatch.setattr("autograd.version.DISTRIBUTION", "no-such-distribution")
    assert module.__version__ == "0+unknown"


def test_importing_looks_up_no_version():
    code = "import autograd, nn, sys; print('importlib.metadata' in sys.modules, bool(autograd.__version__))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split()[1] == "True"
    alone = "import numpy, graphviz, sys; print('importlib.metadata' in sys.modules)"
    assert (
        told.split()[0] == subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True).stdout.strip()
    )
