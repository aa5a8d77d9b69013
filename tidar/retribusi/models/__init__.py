"""Tables of e-Retribusi."""

from tidar.retribusi.models.assessing import Assessment, AssessmentCancellation, Run, RunLine
from tidar.retribusi.models.collecting import (
    Allocation,
    Charge,
    Device,
    DeviceRecord,
    KarcisBook,
    KarcisMove,
    Payment,
)
from tidar.retribusi.models.custody import ArrearsDay, Case, Deposit, Handover
from tidar.retribusi.models.lake import LakeCursor
from tidar.retribusi.models.register import (
    Census,
    CensusEntry,
    ImportLine,
    LevyKind,
    LevyObject,
    Market,
    Occupancy,
    Payer,
    RightRenewal,
)
from tidar.retribusi.models.tariffs import Closure, Parameter, Relief, Target, Tariff
from tidar.retribusi.models.trader import DoorCode

__all__ = [
    "Allocation", "ArrearsDay", "Assessment", "AssessmentCancellation", "Case", "Census", "CensusEntry", "Charge",
    "Closure", "Deposit", "Device", "DeviceRecord", "DoorCode", "Handover", "ImportLine", "KarcisBook",
    "KarcisMove", "LakeCursor", "LevyKind", "LevyObject", "Market", "Occupancy", "Parameter", "Payer", "Payment",
    "Relief", "RightRenewal", "Run", "RunLine", "Target", "Tariff",
]  # fmt: skip
