"""The checker names the form of a pasted text, or says that it does not know the form."""

import pytest

from charbard.prosody.check import check
from charbard.prosody.check.render import as_text

SLOW = (
    "寻寻觅觅，冷冷清清，凄凄惨惨戚戚。乍暖还寒时候，最难将息。三杯两盏淡酒，怎敌他、晚来风急？"
    "雁过也，正伤心，却是旧时相识。\n"
    "满地黄花堆积。憔悴损，如今有谁堪摘？守着窗儿，独自怎生得黑？梧桐更兼细雨，到黄昏、点点滴滴。"
    "这次第，怎一个愁字了得！"
)
BELL = (
    "寒蝉凄切，对长亭晚，骤雨初歇。都门帐饮无绪，留恋处，兰舟催发。执手相看泪眼，竟无语凝噎。"
    "念去去，千里烟波，暮霭沉沉楚天阔。\n"
    "多情自古伤离别，更那堪、冷落清秋节。今宵酒醒何处？杨柳岸，晓风残月。此去经年，"
    "应是良辰好景虚设。便纵有千种风情，更与何人说？"
)
MEETING = "无言独上西楼，月如钩。寂寞梧桐深院锁清秋。\n剪不断，理还乱，是离愁。别是一般滋味在心头。"
SAND = "枯藤老树昏鸦，小桥流水人家，古道西风瘦马。夕阳西下，断肠人在天涯。"
HILL = (
    "峰峦如聚，波涛如怒，山河表里潼关路。望西都，意踌躇。伤心秦汉经行处，宫阙万间都做了土。"
    "兴，百姓苦；亡，百姓苦。"
)
YANGZHOU = (
    "淳熙丙申至日，予过维扬。夜雪初霁，荠麦弥望。入其城，则四顾萧条，寒水自碧，暮色渐起，戍角悲吟。\n"
    "淮左名都，竹西佳处，解鞍少驻初程。过春风十里，尽荠麦青青。自胡马窥江去后，废池乔木，"
    "犹厌言兵。渐黄昏，清角吹寒，都在空城。\n"
    "杜郎俊赏，算而今、重到须惊。纵豆蔻词工，青楼梦好，难赋深情。二十四桥仍在，波心荡、冷月无声。"
    "念桥边红药，年年知为谁生。"
)
FREE = "轻轻的我走了，\n正如我轻轻的来；\n我轻轻的招手，\n作别西天的云彩。"
QUATRAIN = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"


@pytest.mark.parametrize(
    ("text", "form", "variant"),
    [
        (f"声声慢\n李清照\n{SLOW}", "声声慢", "仄韵李清照体"),
        (SLOW, "声声慢", "仄韵李清照体"),
        (f"雨霖铃·秋别\n[宋] 柳永\n{BELL}\n——《乐章集》", "雨霖铃", None),
        (BELL, "雨霖铃", None),
        (MEETING, "相见欢", None),
        (f"天净沙·秋思 马致远 {SAND}", "天净沙", None),
        (f"【越调】天净沙\n{SAND}", "天净沙", None),
        (f"山坡羊·潼关怀古\n{HILL}", "山坡羊", None),
        (f"扬州慢\n姜夔\n{YANGZHOU}", "扬州慢", None),
        (f"登鹳雀楼 王之涣 {QUATRAIN}", "五绝", None),
        (f"《登鹳雀楼》王之涣：{QUATRAIN}", "五绝", None),
    ],
)
def test_known_poems_are_named_and_kept(text: str, form: str, variant: str | None) -> None:
    """The checker recognises a poem with or without a title, an author, a preface and a source."""
    report = check(text)

    assert (report.form, report.verdict) == (form, "kept")
    assert variant in (None, report.variant)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (FREE, "modern"),
        ("春江潮水连海平，", "single"),
        ("朝辞白帝彩云间千里江陵一日还两岸猿声啼不住轻舟已过万重山", "undivided"),
        ("前不见古人，后不见来者。念天地之悠悠，独怆然而涕下。", "no-form"),
        ("你好，世界真大啊。", "no-form"),
    ],
)
def test_what_is_not_known_is_said(text: str, key: str) -> None:
    """If no form is recognised, the report shows the tones and says why no form is named."""
    report = check(text)

    assert (report.form, report.verdict) == (None, "unknown")
    assert report.remarks[0].key == key
    assert all(map(len, report.tones))
    assert "no known form" in as_text(report)


def test_rhymes_of_an_unknown_form_are_shown() -> None:
    """In a text of unknown form, lines that rhyme are marked with the same letter."""
    report = check("山中一日，天上千年流。江水东去，明月照高楼。谁家，唱了三回又。")

    assert report.form is None
    assert report.groups[1] == report.groups[3] != ""


def test_characters_without_marks_can_be_divided_as_a_form_that_is_named() -> None:
    """28 characters without marks are divided as a 七绝 if the user names that form."""
    report = check("朝辞白帝彩云间千里江陵一日还两岸猿声啼不住轻舟已过万重山", "七绝")

    assert (report.verdict, report.poem.shape) == ("kept", (7, 7, 7, 7))
    assert report.remarks[0].key == "divided"


def test_lines_are_never_cut_across_punctuation() -> None:
    """A text with the length of a tune but different line ends is not recognised as that tune."""
    chars = "".join(char for char in MEETING if char not in "，。\n")
    text = "，".join(chars[at : at + 4] for at in range(0, 36, 4)) + "。"

    assert check(text).form is None
    assert check(text, "相见欢").verdict == "broken"
    assert check(text, "相见欢").poem.shape == (4,) * 9


def test_a_form_that_fits_badly_is_no_match() -> None:
    """Prose with the line lengths of 浣溪沙 but the wrong tones is not recognised as 浣溪沙."""
    text = "今天下午我去河边，看见许多人在钓鱼。他们说今年雨很少。" * 2

    assert check(text).form is None


def test_a_title_settles_what_lines_leave_open() -> None:
    """A title decides the form if it names one, but not if it only begins with a tune's name."""
    text = "朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。"

    assert check(f"七绝·早发白帝城\n{text}").form == "七绝"
    assert check(f"南浦别\n{QUATRAIN}").form == "五绝"


def test_half_a_poem_is_not_judged_for_the_whole() -> None:
    """Rows that could be verse are never left out to make a form fit."""
    other = "床前明月光，疑是地上霜。举头望明月，低头思故乡。山中无所有。"
    report = check(f"{other}\n\n{QUATRAIN}")

    assert report.form != "五绝"
    assert sum(report.poem.shape) == 45


def test_a_sentence_of_another_length_is_named_with_its_place() -> None:
    """If a sentence is one character too long, the tune is recognised and the line is reported."""
    report = check(SLOW.replace("最难将息", "最是难将息"))

    assert (report.form, report.verdict) == ("声声慢", "broken")
    assert ("sentence", 5) in [(each.rule, each.line) for each in report.violations]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("月如钩", "月如裘", None),
        ("锁清秋", "锁清愁", None),
        ("锁清秋", "锁清晨", "rhyme"),
    ],
)
def test_rhymes_of_a_tune(old: str, new: str, rule: str | None) -> None:
    """In a 词, a rhyme word is a violation if its 词林正韵 part differs from that of the rest."""
    report = check(MEETING.replace(old, new), "相见欢")

    assert {each.rule for each in report.violations} == ({rule} if rule else set())


def test_rhymes_that_the_old_book_allows_are_a_note() -> None:
    """A 词 that rhymes 杯 and 台, as only the 平水韵 allows, keeps its form and gets a note."""
    text = (
        "一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回。"
        "无可奈何花落去，似曾相识燕归来。小园香径独徘徊。"
    )
    report = check(text)

    assert (report.form, report.verdict, report.is_strict) == ("浣溪沙", "kept", False)
    assert "old-rhyme" in {each.rule for each in report.notes}


def test_rhymes_that_song_poets_mix_are_a_note() -> None:
    """A 词 whose rhymes mix parts as Song poets often did keeps its form and gets a note."""
    text = "东风吹破千年梦，芳草斜阳。" * 2
    assert check(text).form is None
    report = check(
        "明月几时有，把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，高处不胜寒。"
        "起舞弄清影，何似在人间。转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆。"
        "人有悲欢离合，月有阴晴圆缺，此事古难堪。但愿人长久，千里共婵娟。",
        "水调歌头",
    )

    assert "mixed-rhyme" in {each.rule for each in report.notes}
    assert report.is_kept


def test_what_would_mend_a_place_is_shown() -> None:
    """For a wrong rhyme the report suggests characters that would rhyme."""
    shown = as_text(check(QUATRAIN.replace("楼", "天"), "五绝"))

    assert "such as" in shown
    assert "流" in shown


def test_signs_that_are_no_characters_are_left_out_and_named() -> None:
    """Emoji and letters are left out of a poem's lines and named in the remark."""
    report = check("床前明月光🌙，疑是地上霜a。举头望明月，低头思故乡。")

    assert report.poem.shape == (5, 5, 5, 5)
    assert "🌙a" in report.remark


def test_stanzas_are_shown() -> None:
    """Reports show the breaks between stanzas."""
    assert "\n\n" in as_text(check(SLOW))
    assert check(SLOW).as_dict()["stanza_ends"] == [10, 19]
