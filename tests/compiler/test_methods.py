"""Compiled functions in classes, and copies and pickles of them and of what holds them."""

import copy
import functools
import gc
import pickle
import weakref
from typing import NamedTuple

import numpy as np
import pytest

import nn
from autograd import Value, compile
from autograd.errors import ArgumentError, OperandError, RecordingError

X, Y = np.array([1.0, 2.0]), np.array([0.0, 1.0])
RECORDED = []


class Model:
    """A model as people write them."""

    def __init__(self, w=2.0):
        self.w = Value(w, "w")
        self.table = [self.w, Value(10.0)]

    @compile
    def cost(self, x, y):
        """The squared error."""
        RECORDED.append(self)
        return (self.w * x - y) ** 2

    @compile(dtype=np.float32)
    def single(self, x, scale=1.0):
        return self.w * x * scale

    @compile
    def penalty(self):
        return self.w * self.w

    @property
    @compile
    def loss(self):
        return self.w * 3.0

    @compile
    def chosen(self, i):
        return self.table[i]

    @compile
    def __call__(self, x):
        return self.w + x

    @compile
    def total(self, x, y):
        return self.cost(x, y) + self.penalty() + self.loss

    @staticmethod
    @compile
    def inside(x):
        return x * 2.0

    @compile
    @staticmethod
    def outside(x):
        return x * 2.0

    @classmethod
    @compile
    def class_inside(cls, x):
        return x * cls.factor

    @compile
    @classmethod
    def class_outside(cls, x):
        return x * cls.factor

    factor = 3.0


class Child(Model):
    factor = 5.0

    @compile
    def cost(self, x, y):
        return super().cost(x, y) * 2.0


@compile
def doubled(x):
    return x * 2.0


def tripled(x):
    return x * 3.0


trebled = compile(tripled)


def test_a_method_is_called_on_its_instance():
    model = Model()
    assert model.cost(X, Y).tolist() == [4.0, 9.0] and model.cost(y=Y, x=X).tolist() == [4.0, 9.0]
    cost, slopes = model.cost.gradient(X, Y)
    assert (cost, slopes.tolist()) == (6.5, [(2 * 2 * 1 + 2 * 3 * 2) / 2]) and list(model.cost.parameters) == [model.w]
    assert model.cost.backward(X, Y) == 6.5 and model.w.grad == slopes[0]
    assert model.cost.over(X, Y).backward(np.array([1])) == 9.0
    assert model.single(X).dtype == np.float32 and model.single(X, scale=[1.0, 2.0]).tolist() == [2.0, 8.0]
    assert model.penalty() == 4.0 and model.loss == 6.0 and model(X).tolist() == [3.0, 4.0]
    assert model.chosen(np.array([1, 0, 1])).tolist() == [10.0, 2.0, 10.0]
    assert model.cost.__name__ == "cost" and model.cost.__doc__ == Model.cost.__doc__ == "The squared error."
    assert repr(model.cost) == "<compiled cost(x, y)>" and "C" in str(model.cost.plan)


def test_a_method_is_called_on_its_class_too():
    model = Model()
    assert Model.cost(model, X, Y).tolist() == [4.0, 9.0] and Model.cost.gradient(model, X, Y)[0] == 6.5
    assert Model.cost.over(model, X, Y).backward(np.array([0])) == 4.0
    assert Model.cost.record(model, X, Y).refresh(model, X, Y).backward(model, x=X, y=Y) == 6.5
    with pytest.raises(ArgumentError, match=r"<compiled cost\(x, y\)>: expected 2 arrays \(x, y\), got 1"):
        Model.cost(model, X)


def test_every_instance_has_programs_of_its_own_recorded_once():
    RECORDED.clear()
    one, other = Model(2.0), Model(3.0)
    assert one.cost(X, Y).tolist() == [4.0, 9.0] and other.cost(X, Y).tolist() == [9.0, 25.0]
    recordings = len(RECORDED)
    assert one.cost(X, Y).tolist() == [4.0, 9.0] and Model.cost(other, X, Y).tolist() == [9.0, 25.0]
    assert len(RECORDED) == recordings and {id(model) for model in RECORDED} == {id(one), id(other)}
    one.w.data = 5.0
    assert one.cost(X, Y).tolist() == [25.0, 81.0] and other.cost(X, Y).tolist() == [9.0, 25.0]


def test_an_instance_is_freed_at_once_and_its_programs_with_it():
    RECORDED.clear()
    model = Model()
    model.cost.gradient(X, Y), model.total(X, Y)
    RECORDED.clear()
    instance, w, kept = weakref.ref(model), weakref.ref(model.cost._programs), len(Model.cost._instances._kept)
    del model
    assert instance() is None and len(Model.cost._instances._kept) == kept - 1
    gc.collect()
    assert w() is None


def test_an_instance_that_refers_to_itself_is_freed():
    class Knot:
        def __init__(self):
            self.w, self.me, self.scaled = Value(2.0), self, compile(self.plain)

        def plain(self, x):
            return self.w * x

        @compile
        def cost(self, x):
            return self.me.w * x

    knot = Knot()
    assert knot.cost(X).tolist() == knot.scaled(X).tolist() == [2.0, 4.0]
    instance = weakref.ref(knot)
    del knot
    gc.collect()
    assert instance() is None


def test_what_an_instance_has_may_be_bound_anew():
    model = Model()
    model.cost(X, Y), model.total(X, Y)
    model.w = Value(3.0)
    assert model.cost(X, Y).tolist() == [9.0, 25.0] and list(model.cost.parameters) == [model.w]
    assert model.total(X, Y).tolist() == [9.0 + 9 + 9, 25.0 + 9 + 9]
    slots = Slots(2.0)
    assert slots.scaled(X).tolist() == [2.0, 4.0]
    slots.w = Value(5.0)
    assert slots.scaled(X).tolist() == [5.0, 10.0]


def test_a_method_that_is_kept_keeps_its_instance():
    method, samples = Model(3.0).cost, Model(4.0).cost.over(X, Y)
    gc.collect()
    assert method(X, Y).tolist() == [9.0, 25.0] and samples.backward(np.array([0])) == 16.0
    assert Model().cost(X, Y).tolist() == [4.0, 9.0]


class Slots:
    __slots__ = ("w",)

    def __init__(self, w):
        self.w = Value(w)

    @compile
    def scaled(self, x):
        return self.w * x


class Equal:
    """Instances that are equal, and cannot be hashed."""

    __hash__ = None

    def __init__(self, w):
        self.w = Value(w)

    def __eq__(self, other):
        return np.array([True, True]) if isinstance(other, Equal) else NotImplemented

    @compile
    def scaled(self, x):
        return self.w * x


class Named(NamedTuple):
    """A tuple of numbers, which might be an array."""

    w: float

    @compile
    def scaled(self, x):
        return self.w * x


class Sequence:
    """What NumPy would make an array of."""

    def __init__(self, w):
        self.w = Value(w)

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return [1.0, 2.0][index]

    @compile
    def scaled(self, x):
        return self.w * x

    @property
    @compile
    def loss(self):
        return self.w * 3.0


class Listing(list):
    @compile
    def scaled(self, x):
        return self[0] * x


@pytest.mark.parametrize("make", [Slots, Equal, Named, Sequence, lambda w: Listing([Value(w)])])
def test_instances_of_any_kind_are_told_apart(make):
    instances = [make(float(k)) for k in range(20)]
    for _ in range(2):
        for k, instance in enumerate(instances):
            assert instance.scaled(X).tolist() == [k, 2.0 * k]
            assert type(instance).scaled(instance, X).tolist() == [k, 2.0 * k]


def test_a_property_of_what_might_be_an_array():
    assert Sequence(2.0).loss == 6.0


def test_functions_that_stand_in_a_class_without_self():
    class Costs:
        @compile
        def scaled(x, by=2.0):  # noqa: N805
            return x * by

    assert Costs.scaled(X).tolist() == Costs.scaled([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert Costs.scaled(range(3), 3.0).tolist() == [0.0, 3.0, 6.0]


def test_static_and_class_methods_either_way():
    for of in (Model, Model(), Child()):
        factor = 5.0 if isinstance(of, Child) else 3.0
        assert of.inside(X).tolist() == of.outside(X).tolist() == [2.0, 4.0]
        assert of.class_outside(X).tolist() == [factor, 2 * factor]
        assert of.class_inside(X).tolist() == [factor, 2 * factor]
    with pytest.raises(OperandError, match="expected a function, got property; write @property above"):
        compile(property(lambda self: self.w))


def test_methods_are_overridden_and_call_their_parents():
    child = Child(2.0)
    assert child.cost(X, Y).tolist() == [8.0, 18.0] and Model.cost(child, X, Y).tolist() == [4.0, 9.0]
    assert Model(2.0).total(X, Y).tolist() == [4.0 + 4 + 6, 9.0 + 4 + 6]
    cost, slopes = child.total.gradient(X, Y)
    assert (cost, slopes.tolist()) == (13.0 + 10, [16.0 + 4 + 3])


def test_a_function_that_is_put_into_a_class_is_a_method():
    class Late:
        def __init__(self, w):
            self.w = Value(w)

    def scaled(self, x):
        return self.w * x

    Late.scaled = compile(scaled)
    assert Late(3.0).scaled(X).tolist() == [3.0, 6.0] and Late.scaled(Late(4.0), X).tolist() == [4.0, 8.0]


def test_an_instance_holds_compiled_functions_of_its_own():
    class Holder:
        def __init__(self):
            self.w = Value(2.0)
            self.f, self.g = compile(self.plain), compile(lambda x: self.w * x)

        def plain(self, x):
            return self.w * x

    one = Holder()
    other = copy.deepcopy(one)
    other.w.data = 3.0
    assert one.f(X).tolist() == one.g(X).tolist() == [2.0, 4.0]
    assert other.f(X).tolist() == other.g(X).tolist() == [3.0, 6.0]
    assert list(other.f.parameters) == list(other.g.parameters) == [other.w]


# Copies


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_a_compiled_function_compiles_again(copied):
    w = Value(2.0)
    f = compile(lambda x: w * x, dtype=np.float32, parameters=[w])
    f.gradient(X)
    g = copied(f)
    with pytest.raises(RecordingError, match="nothing is recorded yet"):
        g.plan  # noqa: B018
    assert g(X).dtype == np.float32 and g(X).tolist() == [2.0, 4.0] and list(g.parameters) == [w]
    assert copied({"f": f, "g": [f]})["f"](X).tolist() == [2.0, 4.0]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_models_with_compiled_methods_are_copied(copied):
    model = Model()
    model.cost(X, Y)
    method, other = copied(model.cost), copied(model)
    assert other.cost(X, Y).tolist() == method(X, Y).tolist() == [4.0, 9.0]
    other.w.data = 3.0
    shared = copied is copy.copy
    assert model.cost(X, Y).tolist() == ([9.0, 25.0] if shared else [4.0, 9.0])
    assert other.cost(X, Y).tolist() == [9.0, 25.0]


def test_networks_with_programs_are_copied_and_pickled():
    net = nn.MLP([2, 3, 1], seed=0)
    X = np.ones((4, 2))
    before = net.predict(X)
    program = net.program()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert (other.predict(X) == before).all()
        next(iter(other.parameters())).data = 5.0
        assert (other.predict(X) != before).any() and (net.predict(X) == before).all()
    assert (copy.copy(program)(X) == before).all() and (copy.deepcopy(compile(net))(X) == before).all()
    assert (pickle.loads(pickle.dumps(compile(net)))(X) == before).all()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_functions_that_have_a_name_are_pickled(protocol):
    doubled(X), trebled(X)
    cases = {
        "decorated": (doubled, [2.0, 4.0]),
        "of a plain one": (trebled, [3.0, 6.0]),
        "a copy": (copy.copy(doubled), [2.0, 4.0]),
        "partial": (compile(functools.partial(tripled)), [3.0, 6.0]),
        "method": (compile(Model(4.0).__class__.inside), [2.0, 4.0]),
        "static": (Model.outside, [2.0, 4.0]),
        "of a class": (Child.class_outside, [5.0, 10.0]),
    }
    for f, right in cases.values():
        assert pickle.loads(pickle.dumps(f, protocol))(X).tolist() == right
    assert pickle.loads(pickle.dumps(doubled, protocol)) is doubled
    settings = pickle.loads(pickle.dumps(compile(tripled, dtype=np.float32, backend="reference", paths=7), protocol))
    assert settings(X).dtype == np.float32 and settings._settings.paths == 7


def test_functions_without_a_name_are_not_pickled():
    w = Value(2.0)

    def local(x):
        return w * x

    for f in (compile(lambda x: w * x), compile(local), compile(functools.partial(local))):
        with pytest.raises(OperandError, match=r"pickle of compiled .*(lambda|local).*def at the top of a module"):
            pickle.dumps(f)


def test_a_method_of_an_instance_that_is_gone_says_so():
    program = Model().cost.__wrapped__
    with pytest.raises(RecordingError, match="cost: expected the instance of this method, which is gone"):
        program(1.0, 2.0)
