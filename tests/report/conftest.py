"""Fixtures: a few poems in a training and a test split, and an untrained bundle for them."""

import json
from pathlib import Path

import pytest

from charbard.bundle import Bundle
from tests.conftest import random_bundle

POEMS = {
    "七绝": (
        "朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。",
        "远上寒山石径斜，白云生处有人家。停车坐爱枫林晚，霜叶红于二月花。",
        "月落乌啼霜满天，江枫渔火对愁眠。姑苏城外寒山寺，夜半钟声到客船。",
    ),
    "五绝": ("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",),
    "五律": (
        "空山新雨后，天气晚来秋。明月松间照，清泉石上流。"
        "竹喧归浣女，莲动下渔舟。随意春芳歇，王孙自可留。",
    ),
    "七律": (
        "锦瑟无端五十弦，一弦一柱思华年。庄生晓梦迷蝴蝶，望帝春心托杜鹃。"
        "沧海月明珠有泪，蓝田日暖玉生烟。此情可待成追忆，只是当时已惘然。",
    ),
}
TUNE = "如梦令"
SONG = "昨夜雨疏风骤，浓睡不消残酒。试问卷帘人，却道海棠依旧。知否，知否，应是绿肥红瘦。"


def rows() -> list[dict[str, str]]:
    """Return each poem as a training record and as a test record, and one held-out record."""
    found = []
    for split in ("train", "test"):
        for form, texts in POEMS.items():
            for number, text in enumerate(texts):
                title = f"题{'一二三'[number]}"
                found.append(
                    {"kind": "诗", "dynasty": "唐", "form": form, "title": title, "text": text}
                    | {"split": split}
                )
        found.append({"kind": "词", "dynasty": "宋", "form": TUNE, "text": SONG, "split": split})
    return [*found, {"kind": "诗", "form": "七绝", "text": "不可读。", "split": "heldout"}]


@pytest.fixture(scope="session")
def poems(tmp_path_factory) -> Path:
    """Return the path of a JSON Lines file with the records of `rows`."""
    path = tmp_path_factory.mktemp("verse") / "poems.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def poet() -> Bundle:
    """Return an untrained bundle whose vocabulary has all characters of the poems except 楼."""
    chars = sorted({char for row in rows() for char in row["text"]} - {"楼"})
    return random_bundle(
        has_records=True, fields=("form", "dynasty", "title"), chars=chars, num_layers=1
    )
