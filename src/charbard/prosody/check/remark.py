"""Remarks on a poem as a whole for a report, in English and in Chinese."""

from dataclasses import dataclass

__all__ = ["REMARKS", "Remark", "remark"]


@dataclass(frozen=True)
class Remark:
    """A sentence about how a poem was read or identified."""

    key: str
    says: str
    says_zh: str


REMARKS = {
    "as-other": ("as {form} it would break {count} rules", "若作{form}，有 {count} 处不合"),
    "as-other-one": ("as {form} it would break 1 rule", "若作{form}，有 1 处不合"),
    "divided": ("lines divided as the form has them", "原文未断句，已按谱断句"),
    "heading": ("read as title, author or preface: {text}", "以下读作标题、作者或小序：{text}"),
    "source": ("read as a note below the poem: {text}", "以下读作诗后的说明：{text}"),
    "left-out": (
        "not counted, for they are no Chinese characters: {text}",
        "非汉字，未计入：{text}",
    ),
    "twin": ("{forms} has lines and tones that fit as well", "{forms}句式平仄亦合"),
    "no-form": (
        "no form known here has such lines ({shape}): only tones and rhymes are shown",
        "未识出体裁（{shape} 字）：只标平仄与韵",
    ),
    "modern": (
        "free verse in today's words, in no classical form: only tones and rhymes are shown",
        "白话自由诗，不属旧体：只标平仄与韵",
    ),
    "single": (
        "a single line has no form: only its tones are shown",
        "单独一句，无从定体：只标平仄",
    ),
    "undivided": (
        "{count} characters without marks or rows: where lines end cannot be known, so no form"
        " can be named; they would be enough for {forms}",
        "{count} 字未断句，不知何处为句，无从定体；字数可作：{forms}",
    ),
    "undivided-none": (
        "{count} characters without marks or rows: where lines end cannot be known, so no form"
        " can be named",
        "{count} 字未断句，不知何处为句，无从定体",
    ),
    "titled": (
        "the title names {form}, but no variant of it has such lines",
        "题作{form}，但句式与其各体都不合",
    ),
}


def remark(key: str, **values: object) -> Remark:
    """Return the remark for this key, with the values filled in.

    >>> remark("as-other", form="五绝", count=3).says
    'as 五绝 it would break 3 rules'
    """
    says, says_zh = REMARKS[key]
    return Remark(key, says.format(**values), says_zh.format(**values))
