"""The checker gives famous poems and random poems the right verdict."""

import random
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import OptionError
from charbard.prosody import Reading, form_named, form_of_text, forms, tones_of
from charbard.prosody.book import chars_of, common_chars, rhyme_names
from charbard.prosody.check import RULES, check
from charbard.prosody.check.render import as_table, as_text

# Poems of the 唐诗三百首 by title: text, form, and the expected notes as (rule, line).
GOLD = {
    "登乐游原": (
        "向晚意不适，驱车登古原。夕阳无限好，只是近黄昏。",
        "五绝",
        [("rescue", 1)],
    ),
    "与诸子登岘山": (
        "人事有代谢，往来成古今。江山留胜迹，我辈复登临。"
        "水落鱼梁浅，天寒梦泽深。羊公碑尚在，读罢泪沾襟。",
        "五律",
        [("rescue", 1), ("self-rescue", 2)],
    ),
    "赋得古原草送别": (
        "离离原上草，一岁一枯荣。野火烧不尽，春风吹又生。"
        "远芳侵古道，晴翠接荒城。又送王孙去，萋萋满别情。",
        "五律",
        [("rescue", 3)],
    ),
    "月夜": (
        "今夜鄜州月，闺中只独看。遥怜小儿女，未解忆长安。"
        "香雾云鬟湿，清辉玉臂寒。何时倚虚幌，双照泪痕干。",
        "五律",
        [("special", 3), ("special", 7)],
    ),
    "天末怀李白": (
        "凉风起天末，君子意如何。鸿雁几时到，江湖秋水多。"
        "文章憎命达，魑魅喜人过。应共冤魂语，投诗赠汨罗。",
        "五律",
        [("special", 1), ("small-rescue", 3)],
    ),
    "送友人": (
        "青山横北郭，白水绕东城。此地一为别，孤蓬万里征。"
        "浮云游子意，落日故人情。挥手自兹去，萧萧班马鸣。",
        "五律",
        [("small-rescue", 7)],
    ),
    "次北固山下": (
        "客路青山外，行舟绿水前。潮平两岸阔，风正一帆悬。"
        "海日生残夜，江春入旧年。乡书何处达，归雁洛阳边。",
        "五律",
        [("three-oblique", 3)],
    ),
    "咸阳城东楼": (
        "一上高城万里愁，蒹葭杨柳似汀洲。溪云初起日沉阁，山雨欲来风满楼。"
        "鸟下绿芜秦苑夕，蝉鸣黄叶汉宫秋。行人莫问当年事，故国东来渭水流。",
        "七律",
        [("small-rescue", 3), ("self-rescue", 4)],
    ),
    "咏怀古迹": (
        "群山万壑赴荆门，生长明妃尚有村。一去紫台连朔漠，独留青冢向黄昏。"
        "画图省识春风面，环佩空归夜月魂。千载琵琶作胡语，分明怨恨曲中论。",
        "七律",
        [("special", 7)],
    ),
    "登高": (
        "風急天高猿嘯哀，渚清沙白鳥飛迴。無邊落木蕭蕭下，不盡長江滾滾來。"
        "萬里悲秋常作客，百年多病獨登臺。艱難苦恨繁霜鬢，潦倒新停濁酒杯。",
        "七律",
        [],
    ),
    "早发白帝城": (
        "朝辭白帝彩雲間，千里江陵一日還。兩岸猿聲啼不住，輕舟已過萬重山。",
        "七绝",
        [],
    ),
}
WEI = "渭城朝雨浥轻尘，客舍青青柳色新。劝君更尽一杯酒，西出阳关无故人。"
TOWER = (
    "昔人已乘黄鹤去，此地空余黄鹤楼。黄鹤一去不复返，白云千载空悠悠。"
    "晴川历历汉阳树，芳草萋萋鹦鹉洲。日暮乡关何处是，烟波江上使人愁。"
)


@pytest.mark.parametrize("title", GOLD)
def test_poems_with_known_rescues(title: str) -> None:
    """Poems of the 唐诗三百首 keep their form, and a note gives the line of each 拗救."""
    text, form, said = GOLD[title]

    report = check(text)

    assert (report.form, report.is_kept) == (form, True)
    assert [(each.rule, each.line) for each in report.notes] == said


def test_a_famous_break_of_adhesion() -> None:
    """In 渭城曲, the textbook example of 失粘, the checker reports 失粘 and nothing else."""
    report = check(WEI)

    assert [(each.rule, each.line, each.place) for each in report.violations] == [
        ("adhesion", 3, 2)
    ]


def test_a_famous_irregular_poem() -> None:
    """黄鹤楼, a famous irregular poem, does not pass as a 七律."""
    assert not check(TOWER, "七律").is_kept


def test_old_verse_is_recognised_as_such() -> None:
    """春晓 has an oblique rhyme, so its form is 五古绝; a remark compares it with 五绝."""
    report = check("春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。")

    assert (report.form, report.variant, report.is_kept) == ("五古绝", "仄韵首句入韵", True)
    assert "五绝" in report.remark


@pytest.mark.parametrize(
    ("change", "rule", "line", "allowed"),
    [
        (("更上一层楼", "更上一层天"), "rhyme", 4, "平尤"),
        (("黄河入海流", "黄河到海流"), None, None, None),
        (("更上一层楼", "更上一高楼"), None, None, None),
        (("更上一层楼", "更上千层楼"), "three-level", 4, "仄"),
        (("黄河入海流", "大河入海流"), "lone-level", 2, "平"),
        (("欲穷千里目", "欲去千里目"), "tone", 3, "平"),
    ],
)
def test_what_is_wrong_is_named(change, rule, line, allowed) -> None:
    """A violation gives the line of the changed character and what is allowed there."""
    poem = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。".replace(*change)

    found = [(each.rule, each.line, each.allowed) for each in check(poem, "五绝").violations]

    assert found == ([(rule, line, allowed)] if rule else [])


def test_first_line_may_borrow_a_rhyme() -> None:
    """A first line may end in a neighbouring rhyme, and a note says so."""
    rest = "，山路元无雨，空翠湿人衣。"
    near = check("荆溪白石希，天寒红叶稀" + rest, "五绝")
    report = check("清明时节雨纷纷，路上行人欲断魂。借问酒家何处有，牧童遥指杏花村。")

    assert near.form == "五绝"
    assert report.is_kept
    assert ("neighbour", 1) in [(each.rule, each.line) for each in report.notes]


def test_a_first_line_of_both_tones_may_stay_unrhymed() -> None:
    """A first line that ends in 生 need not rhyme, because 生 can be oblique."""
    report = check("家辞到五问黄生，寺自江层霜十松。惘彩托无然远道，寒成朝白日来重。", "七绝")

    assert (report.variant, report.is_kept) == ("平起首句不入韵", True)


def test_tunes_are_recognised_and_divided() -> None:
    """A 词 may divide a sentence differently from its tune, and a note gives the line."""
    report = check(
        "明月几时有，把酒问青天。不知天上宫阙，今夕是何年。我欲乘风归去，又恐琼楼玉宇，"
        "高处不胜寒。起舞弄清影，何似在人间。转朱阁，低绮户，照无眠。不应有恨，何事长向别时圆。"
        "人有悲欢离合，月有阴晴圆缺，此事古难全。但愿人长久，千里共婵娟。",
        "水调歌头",
    )

    assert report.is_kept
    assert ("division", 4) in [(each.rule, each.line) for each in report.notes]


def test_a_tune_divided_otherwise_is_found_by_its_sentences() -> None:
    """大江东去 is recognised as 念奴娇 and keeps its own division of sentences into lines."""
    report = check(
        "大江東去，浪淘盡，千古風流人物。故壘西邊，人道是，三國周郎赤壁。亂石穿空，驚濤拍岸，"
        "捲起千堆雪。江山如畫，一時多少豪傑。遙想公瑾當年，小喬初嫁了，雄姿英發。羽扇綸巾，"
        "談笑間，檣櫓灰飛煙滅。故國神遊，多情應笑我，早生華髮。人生如夢，一尊還酹江月。"
    )

    assert (report.form, report.is_kept) == ("念奴娇", True)
    assert report.poem.lines[1:3] == ("浪淘盡", "千古風流人物")


def test_changing_rhymes_are_checked_group_by_group() -> None:
    """菩萨蛮 changes rhyme every two lines, and the checker judges each pair separately."""
    text = (
        "平林漠漠烟如织，寒山一带伤心碧。暝色入高楼，有人楼上愁。"
        "玉阶空伫立，宿鸟归飞急。何处是归程，长亭更短亭。"
    )
    report = check(text)

    assert (report.form, report.is_kept) == ("菩萨蛮", True)
    assert [each.rhyme for each in report.rhymes if each] == [
        *["17"] * 2,
        *["12"] * 2,
        *["17"] * 2,
        *["11"] * 2,
    ]
    assert not check(text.replace("楼上愁", "楼上看")).is_kept


def test_lengths_come_first() -> None:
    """A poem with lines of the wrong length gets one violation for each such line."""
    report = check("床前明月光，疑是地上霜。举头望月，低头思故乡。", "五绝")

    assert [(each.rule, each.line, each.allowed) for each in report.violations] == [
        ("length", 3, "5")
    ]


def test_other_books_and_rhymes() -> None:
    """The user may choose the rhyme book and the rhyme by which a poem is judged."""
    text = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"

    assert check(text, "五绝", rhyme="尤").is_kept
    assert [v.rule for v in check(text, "五绝", rhyme="东").violations] == ["rhyme", "rhyme"]
    # 节 has lost its entering tone: it is oblique in the old rhyme books and level today.
    rain = "好雨知时节，当春乃发生。随风潜入夜，润物细无声。"
    assert check(rain, "五绝").is_kept
    assert [(v.line, v.place) for v in check(rain, "五绝", book="中华新韵").violations] == [(1, 5)]


def test_sized_forms_take_the_poem_s_size() -> None:
    """A 排律 of twelve lines is checked under the name 五排, which gives no size."""
    lines = form_named("五排12").variants[0].lines
    level, oblique = chars_of_tone("平"), chars_of_tone("仄")
    poem = [
        "".join(oblique[0] if tone == "仄" else level[0] for tone in line.patterns[0])
        for line in lines
    ]
    poem = [line[:-1] + level[0] if n % 2 else line for n, line in enumerate(poem)]

    report = check("，".join(poem) + "。", "五排")

    assert (report.form, report.is_kept) == ("五排12", True)


def chars_of_tone(tone: str) -> list[str]:
    """Return common characters that have only this tone."""
    return [c for c in common_chars()[:500] if tones_of(c, book="pingshui") == {tone}]


def test_reports_say_everything() -> None:
    """A report's text, table and dictionary show the book, each character and each finding."""
    report = check(WEI)
    text, table, data = as_text(report), as_table(report), report.as_dict()

    assert "失粘" in text
    assert "平水韵" in text
    assert table.count("\n") > 28
    assert data["violations"][0]["name"] == RULES["adhesion"].name
    assert [line["rhyme"] for line in data["lines"]] == ["真", "真", None, "真"]
    assert data["fixed"] >= data["free"]
    assert data["lines"][0]["read_as"] == "仄平平仄仄平平"


@pytest.mark.parametrize("char", ["㐂", "□", "{丿尽}", "⿰氵青", "[金*本]"])
def test_what_no_book_lists_cannot_be_judged(char: str) -> None:
    """A poem is unjudged if a place that requires a tone has a character that no book lists."""
    report = check(f"白日依山{char}，黄河入海流。欲穷千里目，更上一层楼。", "五绝")

    assert (report.verdict, report.unjudged) == ("unjudged", ((1, 5),))
    assert not report.is_kept
    assert len(report.unknown) == 1
    assert "cannot be judged at 1 place" in as_text(report)


@pytest.mark.parametrize("name", ["浣溪沙", "七言联", "四言", "五古绝"])
def test_a_poem_keeps_the_form_read_off_it(name: str) -> None:
    """A poem fits a template that is made from the poem itself."""
    text = "".join(
        "".join("山" if tone in "平中" else "月" for tone in line.patterns[0]) + line.mark
        for line in form_named(name).variants[0].lines
    )

    assert check(text, form_of_text(text)).is_kept


@given(
    st.text(alphabet="山月风花看思a1，。！\n ", min_size=1, max_size=80),
    st.sampled_from([None, "五绝", "七律", "浣溪沙", "7a,5a", "对联"]),
)
def test_no_text_breaks_the_checker(text: str, form: str | None) -> None:
    """Any text is either judged or refused with an `OptionError`."""
    with suppress(OptionError):
        report = check(text, form)
        assert as_text(report)
        assert as_table(report)
        assert report.as_dict()["verdict"] in ("kept", "broken", "unjudged", "unknown")


def filled(form, variant, rng: random.Random) -> str:
    """Return a poem of random characters with the right tones and one rhyme for each rhyme key."""
    rhymes = {}
    text = ""
    for line in variant.lines:
        pattern = rng.choice(line.patterns)
        chars = [rng.choice(fitting(tone, form.book)) for tone in pattern]
        if line.rhyme:
            tone = rng.choice("平仄") if pattern[-1] == "中" else pattern[-1]
            names = rhyme_names(form.book, tone if tone == "平" else "去")
            name = rhymes.setdefault(line.rhyme, rng.choice(names))
            chars[-1] = rng.choice(chars_of(Reading(tone, name), book=form.book)[:20])
        text += "".join(chars) + line.mark
    return text


@cache
def fitting(tone: str, book: str) -> list[str]:
    """Return common characters that can have this tone."""
    return [c for c in common_chars()[:600] if tone == "中" or tone in tones_of(c, book=book)]


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_whatever_the_tables_allow_is_kept(form) -> None:
    """The checker accepts random characters that fit a variant's tone patterns and rhymes."""
    rng = random.Random(form.name)

    for variant in form.variants:
        for _ in range(4):
            text = filled(form, variant, rng)
            report = check(text, form, variant=variant.name)
            assert report.is_strict, (variant.name, text, report.violations)
            assert check(text, form).is_kept, text


def test_every_rhyme_is_accepted() -> None:
    """For each level rhyme of the 平水韵, the checker accepts two of its characters as rhyming."""
    for name in rhyme_names("pingshui", "平"):
        first, second = chars_of(Reading("平", name), book="pingshui")[:2]
        report = check(f"白日依山尽，黄河入海{first}。欲穷千里目，更上一层{second}。", "五绝")
        assert not [each for each in report.violations if each.rule == "rhyme"], name


@pytest.mark.parametrize(
    ("text", "tune"),
    [
        ("绿叶长，白水乡。夜夜冷如江。冰生玉，月皎光。是中央。醉拈却去来湘。", "梧叶儿"),
        ("沧海动，白昼三。鼓怒涛恶风翻胆。舌如雷奋耳相衔。十方九万余千念。", "落梅风"),
    ],
    ids=["乡-光", "三"],
)
def test_a_rhyme_in_either_tone_is_heard_in_its_usual_reading(text: str, tune: str) -> None:
    """If a character rhymes in two readings, the usual reading counts and no note calls it rare."""
    report = check(text, tune)

    assert report.is_kept
    assert "rare" not in [note.rule for note in report.notes]
