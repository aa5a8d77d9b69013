"""The numbers check themselves: each one that holds is what its definition gives at the versions it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tidar.common.errors import UnableTo
from tidar.indicators.models import Computation, CurrentValue
from tidar.indicators.queries import computing
from tidar.indicators.rules import definition as rules


def check() -> tuple[str, ...]:
    """What is wrong, one sentence each; empty when every current number can be computed again, exactly.

    One question to the lake for each computation that some number rests on.
    """
    resting: dict[Computation, list[CurrentValue]] = defaultdict(list)
    held = CurrentValue.objects.select_related("value", "computation__definition").order_by("indicator", "area_code")
    for current in held:
        resting[current.computation].append(current)
    return tuple(sentence for computation, rows in resting.items() for sentence in _differences(computation, rows))


def _differences(computation: Computation, rows: list[CurrentValue]) -> Iterator[str]:
    definition = rules.definition_from(computation.definition.content)
    versions = {item["table"]: item["version"] for item in computation.inputs}
    parameters = computing.parameters_from(computation.parameters)
    try:
        computed = computing.evaluate(definition, versions=versions, parameters=parameters)
    except (UnableTo, OSError) as error:
        yield f"{definition.name}: tidak dapat dihitung ulang ({error})."
        return
    again: dict[tuple[str, str], Decimal | None] = {(c.area_code, c.period): c.value for c in computed}
    for current in rows:
        found = again.get((current.area_code, current.period))
        if found != current.value.value:
            place = f"{definition.name}, {current.area_code}, {current.period}"
            yield f"{place}: tercatat {current.value.value}, hitungan ulangnya {found}."
