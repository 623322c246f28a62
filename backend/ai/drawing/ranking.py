"""Which node stands before which: parts of a graph, the direction of cycles, and layers. Pure graph theory on indices.

Everything goes by the order in which nodes and edges were given, so that the same graph always gives the same answer
and a flow runs the way in which it was told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Pair = tuple[int, int]


def components(count: int, edges: Sequence[Pair]) -> list[list[int]]:
    """The connected parts of a graph, in the order of their first nodes; nodes in rising order."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    found: dict[int, list[int]] = {}
    for node in range(count):
        found.setdefault(root(node), []).append(node)
    return list(found.values())


def backward_edges(count: int, edges: Sequence[Pair]) -> set[int]:
    """Positions of the edges that close a cycle, when one walks the graph depth first from its first mentioned start.

    Turning these around leaves no cycle. Self loops are not among them.
    """
    outgoing: list[list[int]] = [[] for _ in range(count)]
    incoming = [0] * count
    for position, (a, b) in enumerate(edges):
        outgoing[a].append(position)
        incoming[b] += a != b
    state = [0] * count  # 0 not seen, 1 on the way, 2 done
    back: set[int] = set()
    for start in sorted(range(count), key=lambda node: (incoming[node] > 0, node)):
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(outgoing[start]))]
        while path:
            node, remaining = path[-1]
            position = next(remaining, -1)
            if position < 0:
                state[node] = 2
                path.pop()
                continue
            target = edges[position][1]
            if state[target] == 0:
                state[target] = 1
                path.append((target, iter(outgoing[target])))
            elif state[target] == 1 and target != node:
                back.add(position)
    return back


def layers(count: int, edges: Sequence[Pair], step: int) -> list[int]:
    """Layer of each node of a graph without cycles: every edge goes ``step`` or more layers on, most of them just that.

    Longest path from the sources; then what has more edges out than in moves down to its followers.
    """
    outgoing: list[list[int]] = [[] for _ in range(count)]
    incoming = [0] * count
    for a, b in edges:
        outgoing[a].append(b)
        incoming[b] += 1
    waiting, order, layer = list(incoming), [], [0] * count
    ready = deque(node for node in range(count) if not waiting[node])
    while ready:
        node = ready.popleft()
        order.append(node)
        for target in outgoing[node]:
            layer[target] = max(layer[target], layer[node] + step)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for node in reversed(order):
        if len(outgoing[node]) > incoming[node]:
            layer[node] = min(layer[target] for target in outgoing[node]) - step
    return layer
