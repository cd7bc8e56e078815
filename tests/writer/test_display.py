"""Pinyin of poems and of names."""

import pytest

from charbard.writer.verse.display import pinyin_of_name, pinyin_of_poem

POEMS = {
    "还": ("朝辞白帝彩云间 千里江陵一日还 两岸猿声啼不住 轻舟已过万重山", 1, 6, "huán"),
    "看": ("日照香炉生紫烟 遥看瀑布挂前川 飞流直下三千尺 疑是银河落九天", 1, 1, "kān"),
    "簪": ("烽火连三月 家书抵万金 白头搔更短 浑欲不胜簪", 3, 4, "zān"),
    "重": ("朝辞白帝彩云间 千里江陵一日还 两岸猿声啼不住 轻舟已过万重山", 3, 5, "chóng"),
    "没": ("月黑雁飞高 单于夜遁逃 欲将轻骑逐 大雪满弓刀", 0, 0, "yuè"),
}


@pytest.mark.parametrize("char", POEMS)
def test_a_reading_fits_its_place(char: str) -> None:
    """The tone of a place and the rhyme of the poem decide which reading a character gets."""
    text, line, place, sound = POEMS[char]

    assert pinyin_of_poem(text.split())[line][place] == sound


def test_free_lines_keep_their_usual_readings() -> None:
    """If neither tone nor rhyme is certain, every character gets its usual reading."""
    assert pinyin_of_poem(["还看今朝"]) == [["hái", "kàn", "jīn", "zhāo"]]


@pytest.mark.parametrize(
    ("surname", "sound"),
    [
        *(
            ("曾", "zēng"),
            ("任", "rén"),
            ("单", "shàn"),
            ("解", "xiè"),
            ("查", "zhā"),
            ("华", "huà"),
        ),
        *(("仇", "qiú"), ("朴", "piáo"), ("区", "ōu"), ("翟", "zhái"), ("乐", "yuè"), ("盖", "gě")),
        *(("單", "shàn"), ("万俟", "mò qí"), ("尉迟", "yù chí"), ("侯莫陈", "hóu mò chén")),
        *(("李", "lǐ"), ("王", "wáng"), ("长孙", "zhǎng sūn")),
    ],
)
def test_surnames_are_read_as_surnames(surname: str, sound: str) -> None:
    """A surname in either script is read as a surname; the given name keeps its usual reading."""
    found = pinyin_of_name(surname + "乐", surname)

    assert " ".join(found) == f"{sound} lè"
