"""Declare every setting once, with its name, default, meaning and limits.

The command line takes its defaults and help from here, and files and bundles are checked against
these declarations.
"""

from charbard.config.corpus import CorpusConfig
from charbard.config.declare import (
    check,
    default_of,
    from_dict,
    help_of,
    read_settings,
    refuse_unknown,
    setting,
    to_dict,
)
from charbard.config.model import CELLS, ModelConfig
from charbard.config.order import TextOrder
from charbard.config.report import ReportOptions
from charbard.config.sample import SampleOptions
from charbard.config.studio import StudioConfig
from charbard.config.train import TrainConfig
from charbard.config.verse import BOLDNESS, CoupletOrder, NameOrder, VerseOrder

__all__ = [
    "BOLDNESS",
    "CELLS",
    "CorpusConfig",
    "CoupletOrder",
    "ModelConfig",
    "NameOrder",
    "ReportOptions",
    "SampleOptions",
    "StudioConfig",
    "TextOrder",
    "TrainConfig",
    "VerseOrder",
    "check",
    "default_of",
    "from_dict",
    "help_of",
    "read_settings",
    "refuse_unknown",
    "setting",
    "to_dict",
]
