"""Components: what of a graph depends on itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .plan.patterns import Index


def components(count: int, source: Index, target: Index) -> Iterator[list[int]]:
    """The strongly connected components of a graph that have an edge within (Tarjan 1972), nothing recursing.

    Parameters
    ----------
    count : int
        How many nodes there are.
    source, target : ndarray of int
        The ends of each edge.
    """
    order = np.argsort(source, kind="stable")
    followers = target[order].tolist()
    starts = np.searchsorted(source[order], np.arange(count + 1)).tolist()
    selves = set(source[source == target].tolist())
    index, low = [-1] * count, [0] * count
    waiting, on_stack, met = list[int](), [False] * count, 0
    for root in range(count):
        path = [(root, starts[root])] if index[root] < 0 else []
        while path:
            node, at = path.pop()
            if index[node] < 0:
                index[node] = low[node] = met
                met += 1
                waiting.append(node)
                on_stack[node] = True
            while at < starts[node + 1]:
                other = followers[at]
                at += 1
                if index[other] < 0:
                    path += ((node, at), (other, starts[other]))
                    break
                if on_stack[other]:
                    low[node] = min(low[node], index[other])
            else:
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    own = [waiting.pop()]
                    while own[-1] != node:
                        own.append(waiting.pop())
                    for member in own:
                        on_stack[member] = False
                    if len(own) > 1 or node in selves:
                        yield sorted(own)
