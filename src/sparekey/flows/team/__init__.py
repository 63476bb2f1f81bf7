"""Looking after a team: who is in it, what they may do, and what the account asks for.

Every change asks for proofs of the last five minutes and looks at the rights again inside its transaction,
with everybody concerned as they then are. Its events and letters are kept in the same transaction. Somebody
of another account is simply not there.
"""

from sparekey.flows.team.details import Details, add_member, edit_member, invite_again
from sparekey.flows.team.mailboxes import take_address
from sparekey.flows.team.policy import NewPolicy, change_policy
from sparekey.flows.team.roles import change_role, hand_over
from sparekey.flows.team.staff_list import Search, StaffPage, StaffRow, list_staff, roles_to_add
from sparekey.flows.team.staff_profile import Profile, Running, profile
from sparekey.flows.team.standing import deactivate, delete_member, reactivate, sign_out

__all__ = [
    "Details",
    "NewPolicy",
    "Profile",
    "Running",
    "Search",
    "StaffPage",
    "StaffRow",
    "add_member",
    "change_policy",
    "change_role",
    "deactivate",
    "delete_member",
    "edit_member",
    "hand_over",
    "invite_again",
    "list_staff",
    "profile",
    "reactivate",
    "roles_to_add",
    "sign_out",
    "take_address",
]
