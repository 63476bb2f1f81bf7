"""What people read: Home, one's own profile, the audit log. Nothing is changed but the log itself."""

from sparekey.flows.reports.audit_log import (
    KINDS,
    AuditPage,
    AuditSummary,
    LogEntry,
    Wanted,
    audit_log,
    export,
    summary_of,
    verify,
)
from sparekey.flows.reports.home import Home, Item, Picture, Team, home
from sparekey.flows.reports.own_profile import ActivityPage, OwnProfile, my_activity, profile_of_me
from sparekey.flows.reports.shown import DELETED, Activity, AddressShown, WayIn

__all__ = [
    "DELETED",
    "KINDS",
    "Activity",
    "ActivityPage",
    "AddressShown",
    "AuditPage",
    "AuditSummary",
    "Home",
    "Item",
    "LogEntry",
    "OwnProfile",
    "Picture",
    "Team",
    "Wanted",
    "WayIn",
    "audit_log",
    "export",
    "home",
    "my_activity",
    "profile_of_me",
    "summary_of",
    "verify",
]
