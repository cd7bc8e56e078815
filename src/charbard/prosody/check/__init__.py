"""格律检测: check whether a poem keeps a form, and report where it does not.

The checker shares rhyme books and form pages with the code that writes verse, but not the code that
applies them, so it can serve as an independent judge. Regulated verse is judged by its rules, not
by patterns.
"""

from charbard.prosody.check.checker import check, check_poem
from charbard.prosody.check.finding import RULES, Finding, Rule
from charbard.prosody.check.report import Report

__all__ = ["RULES", "Finding", "Report", "Rule", "check", "check_poem"]
