"""Modules of one's own: what they hold is found by itself."""

import numpy as np

import nn
from autograd import Value


def names(module):
    return [name for name, _ in module.named_parameters()]


class Everything(nn.Module):
    """Parameters wherever an attribute may hold them."""

    def __init__(self):
        self.scale = Value(1.0, "s")
        self.table = [[Value(0.0), Value(0.0)], [Value(0.0), Value(0.0)]]
        self.heads = {"left": nn.Layer([[0.5]], [0.1]), "right": (Value(2.0), {"deep": Value(3.0)})}
        self.grid = np.array([Value(1.0), Value(2.0)], dtype=object)
        self.rate, self.name, self.shape, self.nothing = 0.5, "mine", (2, 3), None


def test_values_and_modules_are_found_in_every_container_in_order():
    assert names(Everything()) == [
        "scale",
        *("table.0.0", "table.0.1", "table.1.0", "table.1.1"),
        *("heads.left.w^1_00", "heads.left.b^1_0", "heads.right.0", "heads.right.1.deep"),
        *("grid.0", "grid.1"),
    ]


def test_modules_inside_have_names():
    class Outer(nn.Module):
        def __init__(self):
            self.first, self.others = Everything(), [nn.Layer([[1.0]], [0.0])]
            self.again = self.first

    found = dict(Outer().named_modules())
    own = [name for name in found if "neurons" not in name]
    assert own == ["", "first", "first.heads.left", "others.0"]
    assert found["others.0"].neurons[0] is found["others.0.neurons.0"]


def test_a_parameter_that_is_shared_is_one():
    class Tied(nn.Module):
        def __init__(self):
            self.a = Value(1.0)
            self.b = [self.a, Value(2.0)]

    assert names(Tied()) == ["a", "b.1"]
    assert [name for name, _ in Tied().named_arrays()] == ["a", "b"]


def test_computed_values_constants_and_numbers_are_no_parameters():
    class Cached(nn.Module):
        def __init__(self):
            self.w = Value(2.0)
            self.seen = [self.w * 3.0, self.w.detach()]

    assert names(Cached()) == ["w"]


def test_what_holds_itself_is_entered_once():
    class Child(nn.Module):
        def __init__(self, parent):
            self.parent, self.w = parent, Value(1.0)

    class Parent(nn.Module):
        def __init__(self):
            self.loop = []
            self.loop.append(self.loop)
            self.child, self.v = Child(self), Value(0.0)

    assert names(Parent()) == ["child.w", "v"]
    assert [name for name, _ in Parent().named_modules()] == ["", "child"]
    assert [name for name, _ in Parent().named_arrays()] == ["child.w", "v"]


def test_equally_long_lists_are_arrays_and_others_are_taken_apart():
    class Ragged(nn.Module):
        def __init__(self):
            self.square = [[Value(0.0)] * 2, [Value(1.0)] * 2, [Value(2.0)] * 2]
            self.ragged = [[Value(0.0)], [Value(1.0), Value(2.0)]]
            self.empty = []

    shapes = {name: nn.module.shape_of(array) for name, array in Ragged().named_arrays()}
    assert shapes == {"square": (3, 2), "ragged.0": (1,), "ragged.1": (2,)}


def test_zero_grad_reaches_all():
    module = Everything()
    for value in module.parameters():
        value.grad = 1.0
    module.zero_grad()
    assert [value.grad for value in module.parameters()] == [0.0] * 11


def test_parameters_are_looked_up_anew():
    module = Everything()
    module.extra = Value(5.0)
    assert names(module)[-1] == "extra"


def test_it_is_told_by_what_it_holds():
    module = Everything()
    assert repr(module) == (
        "Everything(\n  scale\n  table[2, 2]\n  heads.left: Layer(1 -> 1, sigmoid)\n  heads.right.0\n"
        "  heads.right.1.deep\n  grid[2]\n)"
    )
    del module.table, module.heads
    assert repr(module) == "Everything(scale, grid[2])" and repr(nn.Module()) == "Module()"


def test_modules_inside_are_told_in_lines_of_their_own():
    class Pair(nn.Module):
        def __init__(self, inside):
            self.inside, self.w, self.itself = inside, Value(1.0), self

    told = repr(Pair(Everything()))
    assert told.startswith("Pair(\n  inside: Everything(\n    scale\n    table[2, 2]\n")
    assert told.endswith("    grid[2]\n  )\n  w\n  itself: ...\n)")


def test_of_very_many_members_the_first_are_told():
    class Wide(nn.Module):
        def __init__(self):
            self.parts = [nn.Dropout() for _ in range(200)]

    told = repr(Wide()).splitlines()
    assert len(told) == 63 and told[-2:] == ["  ...", ")"]
