"""Which assurance an app asks for, and which it is told.

OpenID Connect Core 1.0, section 5.5.1.1; RFC 9470; OpenID EAP ACR Values 1.0.

A list of values goes from the most wanted on, and one that is true is enough. Unknown values are passed over. What is
told is the first of them that is true, so that an app finds what it asked for; without one, the strongest.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sparekey.core.proofs import Aal, Assurance
from sparekey.core.sign_in import Demand

_HARDWARE = "phrh"
_MET: Mapping[str, Callable[[Assurance], bool]] = MappingProxyType(
    {
        Aal.AAL1.acr: lambda found: found.aal >= Aal.AAL1,
        Aal.AAL2.acr: lambda found: found.aal is Aal.AAL2,
        "phr": lambda found: found.acr in {"phr", _HARDWARE},
        _HARDWARE: lambda found: found.acr == _HARDWARE,
    }
)
_DEMANDED: Mapping[str, Demand] = MappingProxyType(
    {
        Aal.AAL1.acr: Demand.REMEMBERED,
        Aal.AAL2.acr: Demand.SECOND,
        "phr": Demand.PASSKEY,
        _HARDWARE: Demand.PASSKEY,
    }
)
VALUES = tuple(_MET)


def demanded(wanted: Sequence[str]) -> Demand:
    """The least that makes one of them true."""
    demands = [_DEMANDED[one] for one in wanted if one in _DEMANDED]
    return min(demands, key=tuple(Demand).index, default=Demand.REMEMBERED)


def told(wanted: Sequence[str], found: Assurance) -> str:
    """What the app hears."""
    return next((one for one in wanted if one in _MET and _MET[one](found)), found.acr)
