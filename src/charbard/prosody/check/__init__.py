"""格律检测: whether a poem keeps a form, and where it does not.

Shares nothing with what writes verse but the tables; regulated verse is judged by its rules.
"""

from charbard.prosody.check.checker import check, check_poem
from charbard.prosody.check.finding import RULES, Finding, Rule
from charbard.prosody.check.report import Report

__all__ = ["RULES", "Finding", "Report", "Rule", "check", "check_poem"]
