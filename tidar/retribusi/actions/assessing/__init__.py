"""Assessing: preview a run, issue its SKRD, sign them, cancel one. Every step can be stopped, killed and resumed."""

from tidar.retribusi.actions.assessing.cancelling import UnableToCancel, cancel_assessment
from tidar.retribusi.actions.assessing.issuing import UnableToIssue, begin_issue, issue_run
from tidar.retribusi.actions.assessing.previewing import (
    UnableToPreview,
    compute_run,
    drop_run,
    open_run,
    open_stall_run,
    preview_run,
    preview_stall,
)
from tidar.retribusi.actions.assessing.signing import UnableToSign, begin_signing, sign_run
from tidar.retribusi.actions.assessing.stopping import stop_run

__all__ = [
    "UnableToCancel", "UnableToIssue", "UnableToPreview", "UnableToSign", "begin_issue", "begin_signing",
    "cancel_assessment", "compute_run", "drop_run", "issue_run", "open_run", "open_stall_run", "preview_run",
    "preview_stall", "sign_run", "stop_run",
]  # fmt: skip
