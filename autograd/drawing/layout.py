"""Where everything of a tree stands, in points: nodes, edges, their labels, the frames of layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .measuring import Size
from .placing import Places, Room, apart_from, placed
from .routes import Outline, Point, route
from .rows import Rows, Spot, rows_of
from .tree import Block, Edge, Node, Tree

DIRECTIONS = ("down", "right")
"""Where the output stands, seen from what it depends on."""

HEAD = 7.0
"""The length of an arrow's head."""

_LANE, _LIT_LANE = 4.0, 7.0
_NODES_APART, _FRAMES_APART = 16.0, 26.0
_BESIDE = 5.0
_FRAME, CAPTION = 10.0, 18.0
_LIT_PULL, _STRAIGHT_PULL, _PASSING_PULL, _LEAVING_PULL = 200.0, 60.0, 20.0, 4.0
_PORTS_APART = 0.4
_LOW = 10.0


@dataclass(frozen=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @staticmethod
    def around(x: float, y: float, size: Size) -> Box:
        """The box of a size whose middle is at a point."""
        return Box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)

    @property
    def middle(self) -> Point:
        """The point in the middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def __or__(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip

    def meets(self, other: Box) -> bool:
        """Whether they have a point in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, eq=False)
class Layout:
    """Where everything stands.

    Attributes
    ----------
    nodes : dict
        The box of each node.
    ways : dict
        The points of each edge's Bezier curve, and last the tip of its arrow's head.
    labels : dict
        The box of each label of an edge.
    frames : dict
        The box of each layer, by its superscript.
    """

    nodes: dict[Node, Box]
    ways: dict[Edge, list[Point]]
    labels: dict[Edge, Box]
    frames: dict[str, Box]

    @property
    def box(self) -> Box:
        """What surrounds all of it."""
        first, *others = (*self.nodes.values(), *self.labels.values(), *self.frames.values())
        for box in others:
            first |= box
        for way in self.ways.values():
            xs, ys = zip(*way[::3], strict=True)
            first |= Box(min(xs), min(ys), max(xs), max(ys))
        return first


def laid_out(tree: Tree, shapes: Mapping[Node, tuple[str, Size]], labels: Mapping[Edge, Size], down: bool) -> Layout:
    """A tree laid out by rows.

    Parameters
    ----------
    tree : Tree
    shapes : dict
        The shape of each node, "box", "ellipse" or "octagon", and its size.
    labels : dict
        The sizes of the labels that edges have.
    down : bool
        Whether rows follow each other from the top to the bottom, else from left to right.
    """
    return _Draft(tree, shapes, labels, down).layout()


class _Draft:
    def __init__(
        self, tree: Tree, shapes: Mapping[Node, tuple[str, Size]], labels: Mapping[Edge, Size], down: bool
    ) -> None:
        self.tree, self.shapes, self.labels, self.down = tree, shapes, labels, down
        self.frames = _frames_of(tree)
        self.leaves = set(tree.nodes) - {edge.value for edge in tree.edges}
        self.rows: Rows = rows_of(tree, self.frames)
        rooms = {spot: self._room(spot) for row in self.rows.rows for spot in row}
        self.places: Places = placed(self.rows, rooms, self._pull, self._apart, self._before())
        self.row_of = {spot: at for at, row in enumerate(self.rows.rows) for spot in row}
        self.ports = dict(port for spot in self.row_of if spot.node is not None for port in self._ports(spot))

    def layout(self) -> Layout:
        nodes = {spot.node: self._box(spot, self.shapes[spot.node][1]) for spot in self.row_of if spot.node is not None}
        labels = {
            spot.edge: self._label_box(spot, self.labels[spot.edge])
            for spot in self.row_of
            if spot.edge is not None and spot.bears_label and spot.edge in self.labels
        }
        ways = {edge: self._way(edge, spots) for edge, spots in self.rows.ways.items()}
        return Layout(nodes, ways, labels, self._frame_boxes(nodes, labels))

    # Room

    def _room(self, spot: Spot) -> Room:
        if spot.node is not None:
            width, height = self._turned(self.shapes[spot.node][1])
            return Room(width / 2, width / 2, height)
        assert spot.edge is not None
        lane = _LIT_LANE if self._is_lit(spot.edge) else _LANE
        if not spot.bears_label or spot.edge not in self.labels:
            return Room(lane, lane, 0.0)
        width, height = self._turned(self.labels[spot.edge])
        room = _BESIDE + width
        return Room(lane, room, height) if self.down else Room(room, lane, height + 2 * _BESIDE)

    def _turned(self, pair: tuple[float, float]) -> tuple[float, float]:
        """What is across and what is along, of what is x and what is y, and the other way round."""
        return pair if self.down else (pair[1], pair[0])

    def _is_lit(self, edge: Edge) -> bool:
        return self.tree.lit(edge.operand) and self.tree.lit(edge.value)

    def _pull(self, one: Spot, other: Spot) -> float:
        """How straight an edge is to be: most of all a lit one, then from z to a, then where it passes nodes."""
        edge = one.edge or other.edge
        assert edge is not None
        inner = edge.operand not in self.leaves
        if inner and self._is_lit(edge):
            return _LIT_PULL
        if inner and self.frames.get(edge.operand) == self.frames.get(edge.value) is not None:
            return _STRAIGHT_PULL
        if one.edge is other.edge:
            return _PASSING_PULL
        return _LEAVING_PULL if edge.operand is one.node or edge.operand is other.node else 1.0

    def _apart(self, one: Spot, other: Spot) -> float:
        if one.node is None or other.node is None:
            return 0.0 if one.node is other.node else _LANE
        return _NODES_APART if self.frames.get(one.node) == self.frames.get(other.node) else _FRAMES_APART

    def _before(self) -> list[float]:
        """What frames need before each row where they begin and behind each where they end."""
        free = [0.0] * (len(self.rows.rows) + 1)
        ranges: dict[str, list[int]] = {}
        for at, row in enumerate(self.rows.rows):
            for spot in row:
                if spot.node is not None and (name := self.frames.get(spot.node)) is not None:
                    ranges.setdefault(name, []).append(at)
        for rows in ranges.values():
            free[min(rows)] += _FRAME + (CAPTION if self.down else 0.0)
            free[max(rows) + 1] += _FRAME
        return free

    # Places

    def _box(self, spot: Spot, size: Size) -> Box:
        begin, end = self.places.along[self.row_of[spot]]
        return Box.around(*self._turned((self.places.across[spot], (begin + end) / 2)), size)

    def _label_box(self, spot: Spot, size: Size) -> Box:
        """To the right of an edge that leads down, above one that leads to the right."""
        begin, end = self.places.along[self.row_of[spot]]
        across, along = self.places.across[spot], (begin + end) / 2
        away = _BESIDE + self._turned(size)[0] / 2
        return Box.around(*self._turned((across + (away if self.down else -away), along)), size)

    def _way(self, edge: Edge, spots: list[Spot]) -> list[Point]:
        lanes = [(self.places.across[spot], *self.places.along[self.row_of[spot]]) for spot in spots[1:-1]]
        first, last = self.ports[spots[0], spots[1]], self.ports[spots[-1], spots[-2]]
        # A node that is lower than its row is reached past those beside it.
        begin, end = self.places.along[self.row_of[spots[0]]][1], self.places.along[self.row_of[spots[-1]]][0]
        if begin - first[0][1] > _LOW:
            first = first[0], (0.0, 1.0)
            lanes.insert(0, (first[0][0], first[0][1] + HEAD, begin))
        if last[0][1] - end > _LOW:
            last = last[0], (0.0, -1.0)
            lanes.append((last[0][0], end, last[0][1] - HEAD - 1))
        if spots[0].node is not edge.operand:
            first, last = last, first
            lanes = [(across, end, begin) for across, begin, end in reversed(lanes)]
        return [self._turned(point) for point in route(first, lanes, last, 0.0 if edge.count == 0 else HEAD)]

    def _ports(self, spot: Spot) -> Iterator[tuple[tuple[Spot, Spot], tuple[Point, Point]]]:
        """Where the edges of a node end at it: each where it comes from, and apart from the others."""
        outline, across = self._outline(spot), self.places.across
        for others, down in ((spot.before, False), (spot.behind, True)):
            ordered = sorted(others, key=across.__getitem__)
            wanted = [max(-1.0, min(1.0, (across[other] - outline.x) / outline.width / 2)) for other in ordered]
            gap = min(_PORTS_APART, 2.0 / max(len(ordered) - 1, 1))
            weights = [_LIT_PULL if other.edge and self._is_lit(other.edge) else 1.0 for other in ordered]
            for other, at in zip(ordered, apart_from(wanted, weights, [gap] * (len(ordered) - 1)), strict=True):
                yield (spot, other), outline.port(max(-1.0, min(1.0, at)), down)

    def _outline(self, spot: Spot) -> Outline:
        assert spot.node is not None
        shape, size = self.shapes[spot.node]
        begin, end = self.places.along[self.row_of[spot]]
        width, height = self._turned(size)
        return Outline(shape, self.places.across[spot], (begin + end) / 2, width / 2, height / 2)

    # Frames

    def _frame_boxes(self, nodes: Mapping[Node, Box], labels: Mapping[Edge, Box]) -> dict[str, Box]:
        """A box around each layer, where nothing else stands in it."""
        boxes: dict[str, Box] = {}
        for node, name in self.frames.items():
            boxes[name] = boxes[name] | nodes[node] if name in boxes else nodes[node]
        for edge, box in labels.items():
            frame = self.frames.get(edge.value)
            if frame is not None and frame == self.frames.get(edge.operand):
                boxes[frame] |= box
        framed = {
            name: Box(box.left - _FRAME, box.top - _FRAME - CAPTION, box.right + _FRAME, box.bottom + _FRAME)
            for name, box in boxes.items()
        }
        return {name: box for name, box in framed.items() if self._is_own(name, box, framed, nodes)}

    def _is_own(self, name: str, box: Box, framed: Mapping[str, Box], nodes: Mapping[Node, Box]) -> bool:
        others = [other for layer, other in framed.items() if layer != name]
        others += [other for node, other in nodes.items() if self.frames.get(node) != name]
        return not any(box.meets(other) for other in others)


def _frames_of(tree: Tree) -> dict[Node, str]:
    """The layer of each node; what is left out of a sum stands with the layer that it is of, else with the sum."""
    frames = {node: name for name, members in tree.layers.items() for node in members}
    for edge in tree.edges:
        if isinstance(edge.operand, Block) and edge.operand.kind == "rest":
            names = {member.label.superscript if member.label else "" for member in edge.operand.members}
            frame = names.pop() if len(names) == 1 else ""
            frame = frame if frame in tree.layers else frames.get(edge.value, "")
            if frame:
                frames[edge.operand] = frame
    return frames
