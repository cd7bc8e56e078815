"""Evaluate the checker on 宋词三百首 and 唐诗三百首: forms identified, forms kept, time per check.

    python benchmarks/canon.py VERSE.jsonl [--show]

VERSE.jsonl is the built corpus (`charbard corpus build verse`); its tags say which poems belong to
the two anthologies. Each poem's text is checked without its title.

A 词 is *right* if the checker names the tune that the record names (by any of its names),
*misnamed* if it names another tune, *unknown* if it names none, and *refused* if it raises an
error. The corpus itself misnames some poems (`MISNAMED`); for these the correct name counts. *Kept*
means that no rule is broken, with or without notes.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from charbard.errors import CharbardError
from charbard.prosody.book import fold
from charbard.prosody.catalogue import templates
from charbard.prosody.check import Report, check

MISNAMED = {
    "自春来": ("定风波", "定风波慢", "99 characters; 定风波 has 62"),
    "梦觉": ("浪淘沙", "浪淘沙慢", "135 characters; 浪淘沙 has 54"),
    "阴重": ("浪淘沙", "浪淘沙慢", "133 characters; 浪淘沙 has 54"),
    "残寒": ("谢池春", "谢池春慢", "90 characters; 谢池春 has 66"),
    "天阔云高": ("夏云峰", "金明池", "120 characters, as 秦观's 金明池"),
    "乍暖还轻冷": ("青门饮", "青门引", "52 characters; 青门饮 has 107"),
    "双桨莼波": ("高阳台", "庆宫春", "102 characters, oblique rhyme"),
    "双桨来时": ("自度曲", "琵琶仙", "姜夔's own tune, by the name he gave it"),
    "对宿烟收": ("大", "大酺", "the second character is lost in the source"),
}
"""Characters near the beginning -> (tune in chinese-poetry, correct tune, reason)."""
REGULATED = {(5, 5, 5, 5), (7, 7, 7, 7), (5,) * 8, (7,) * 8}


def main() -> None:
    """Print one row per anthology."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show", action="store_true", help="print what is not right or not kept")
    options = parser.parse_args()
    with options.corpus.open(encoding="utf-8") as rows:
        found = map(json.loads, (row for row in rows if "三百首" in row))
        records = [record for record in found if record.get("tags")]
    names = {name: each.name for each in templates() for name in (each.name, *each.aliases)}
    songs = [each for each in records if "宋词三百首" in each["tags"] and each["kind"] == "词"]
    poems = [each for each in records if "唐诗三百首" in each["tags"] and each["kind"] == "诗"]
    check(songs[0]["text"])  # reads the tables before the clock starts
    print(json.dumps({"宋词三百首": sung(songs, names, show=options.show)}, ensure_ascii=False))
    print(json.dumps({"唐诗三百首": regulated(poems)}, ensure_ascii=False))


def sung(records: list[dict[str, Any]], names: dict[str, str], *, show: bool) -> dict[str, object]:
    """Count the outcomes for 词, and time the checks."""
    count: Counter[str] = Counter(right=0, misnamed=0, unknown=0, refused=0, kept=0)
    start = time.process_time()
    for record in records:
        try:
            report = check(record["text"])
        except CharbardError:
            count["refused"] += 1
            continue
        verdict = named(record, report, names)
        count[verdict] += 1
        count["kept"] += report.is_kept
        count["kept without a note"] += report.is_kept and not report.notes
        if show and not (verdict == "right" and report.is_kept):
            faults = [(each.rule, each.line, each.place) for each in report.violations]
            print(verdict, record["form"], report.form, faults, record["text"][:12])
    taken = (time.process_time() - start) / len(records) * 1e3
    given = [record for record in records if "".join(map(fold, record["form"])) in names]
    start = time.process_time()
    for record in given:
        check(record["text"], record["form"])
    asked = (time.process_time() - start) / len(given) * 1e3
    times = {"ms a poem": round(taken, 2), "ms with the tune given": round(asked, 2)}
    return {"poems": len(records), **count, **times}


def named(record: dict[str, Any], report: Report, names: dict[str, str]) -> str:
    """Classify the checker's result as right, misnamed or unknown."""
    if report.form is None:
        return "unknown"
    name = "".join(map(fold, record["form"]))
    for opening, (wrong, right, _) in MISNAMED.items():
        if opening in record["text"][:6] and name == wrong:
            name = right
    return "right" if report.form == names.get(name, name) else "misnamed"


def regulated(records: list[dict[str, Any]]) -> dict[str, object]:
    """Count 诗 by whether their lines fit regulated verse, and by recognised form."""
    reports = [check(record["text"]) for record in records]
    even = [each for each in reports if each.poem.shape in REGULATED]
    tight = [each for each in even if each.kind == "近体诗"]
    return {
        "poems": len(reports),
        "of the lines of regulated verse": len(even),
        "named as regulated": len(tight),
        "kept": sum(each.is_kept for each in tight),
        "named as old verse": sum(each.kind == "古体诗" for each in even),
        "named as a tune": sum(each.kind == "词" for each in reports),
    }


if __name__ == "__main__":
    main()
