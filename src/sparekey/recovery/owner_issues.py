"""An owner (or an admin) helps a person they have recognised: a set-up link, or a temporary secret.

No approval and no wait: the helper's recognition and the person's own password are the two proofs (NIST SP
800-63B-4, section 4.2.2.2: one recovery code plus a factor that is still bound).
"""

from sparekey.core.permissions import Action
from sparekey.core.recovery_case import CasePolicy, Delivery
from sparekey.recovery._contract import Method

OWNER_ISSUES = Method(
    name="owner_issues",
    policy=CasePolicy(),
    rights={
        Delivery.LINK: Action.SEND_LINK,
        Delivery.SCREEN: Action.HAND_SECRET,
        Delivery.MAIL: Action.HAND_SECRET,
        Delivery.CURRENT: Action.HAND_SECRET,
    },
)
