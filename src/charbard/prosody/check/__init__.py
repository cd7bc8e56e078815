"""格律检测: check whether a poem keeps a form, and report where it does not.

Shares only the data tables with the code that writes verse, so it can serve as an independent
judge; regulated verse is judged by its rules, not by patterns.
"""

from charbard.prosody.check.checker import check, check_poem
from charbard.prosody.check.finding import RULES, Finding, Rule
from charbard.prosody.check.report import Report

__all__ = ["RULES", "Finding", "Report", "Rule", "check", "check_poem"]
