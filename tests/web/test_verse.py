"""Verse over HTTP keeps its form and equals what the library writes."""

import json

import pytest

from charbard.config import VerseOrder
from charbard.prosody.check import check
from charbard.writer import VerseWriter
from tests.web.conftest import serving

POEM = ["白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"]


def test_same_order_same_poems_in_both_doors(client, verse_writer) -> None:
    """For the same order, HTTP and the library write the same poems, ranked alike."""
    order = VerseOrder(form="五绝", theme="春", candidates=3, drafts=2, seed=8)
    body = {"form": "五绝", "theme": "春", "candidates": 3, "drafts": 2, "seed": 8}

    answer = client.post("/api/verse", json=body).json()

    wanted = VerseWriter(verse_writer.bundle, verse_writer.network).verse(order)
    assert [poem["text"] for poem in answer["poems"]] == [poem.text for poem in wanted]
    assert answer["seed"] == 8
    assert answer["model"] == "verse"


def test_lines_come_before_poems_and_join_to_them(client) -> None:
    """The streamed lines of a poem equal its final lines, and keep the acrostic and the form."""
    body = {"form": "七绝", "acrostic": "春江花月", "candidates": 2, "seed": 1, "stream": True}

    with client.stream("POST", "/api/verse", json=body) as response:
        facts = [json.loads(line) for line in response.iter_lines()]

    poems = {fact["candidate"]: fact["poem"] for fact in facts if "poem" in fact}
    assert len(poems) == 2
    for candidate, poem in poems.items():
        lines = [f for f in facts if f.get("candidate") == candidate and "line" in f]
        assert [line["text"] for line in lines] == poem["lines"]
        assert "".join(line[0] for line in poem["lines"]) == "春江花月"
        assert check(poem["text"], "七绝").is_kept
    assert facts[-1]["done"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"form": "七律绝"}, "七律绝"),
        ({"form": "五绝", "acrostic": "春江花月夜"}, "5 characters"),
        ({"form": "五绝", "opening": "白日依山尽天，黄河"}, "line 1 has 5"),
        ({"boldness": "狂"}, "boldness"),
        ({"model": "owl"}, "does not write verse"),
        ({"form": "五绝", "rhyme": "东", "template": "_____/____月"}, "月"),
    ],
    ids=["form", "acrostic", "opening", "boldness", "model", "conflict"],
)
def test_what_cannot_be_written_is_refused_before_writing(client, body, words) -> None:
    """An impossible poem is refused with status 422, even if a stream was requested."""
    for stream in (False, True):
        answer = client.post("/api/verse", json={**body, "stream": stream})
        assert answer.status_code == 422
        assert words in answer.json()["error"]
        assert answer.json()["hint"]


def test_rewriting_leaves_what_is_locked(client) -> None:
    """A rewrite changes only the given line and keeps its locked character."""
    body = {"form": "五绝", "lines": POEM, "line": 3, "locked": ["3.1"], "candidates": 2}

    answer = client.post("/api/rewrite", json=body).json()

    for poem in answer["poems"]:
        assert [poem["lines"][at] for at in (0, 1, 3)] == [POEM[at] for at in (0, 1, 3)]
        assert poem["lines"][2][0] == "欲"
        assert check(poem["text"], "五绝").is_kept


def test_alternatives_keep_the_form(client) -> None:
    """Every alternative that is offered for a character keeps the form."""
    body = {"form": "五绝", "lines": POEM, "line": 2, "place": 5, "top": 8}

    answer = client.post("/api/alternatives", json=body).json()

    assert len(answer["alternatives"]) == 8
    for one in answer["alternatives"]:
        changed = [*POEM[:1], POEM[1][:4] + one["char"], *POEM[2:]]
        assert check("，".join(changed), "五绝").is_kept
    assert client.post("/api/alternatives", json={**body, "place": 9}).status_code == 422


def test_next_lines_go_on_from_what_there_is(client) -> None:
    """`/api/next` offers different candidates for the line after the given lines."""
    body = {"form": "五绝", "lines": POEM[:1], "candidates": 4}

    lines = client.post("/api/next", json=body).json()["lines"]

    assert {line["line"] for line in lines} == {1}
    assert len({line["text"] for line in lines}) == len(lines) > 0


def test_couplets_answer_the_first_line(client) -> None:
    """`/api/couplet` keeps the first line and writes a second line of the same length."""
    answer = client.post("/api/couplet", json={"first": "春风吹绿柳", "candidates": 2}).json()

    assert [poem["lines"][0] for poem in answer["poems"]] == ["春风吹绿柳"] * 2
    assert all(len(poem["lines"][1]) == 5 for poem in answer["poems"])


def test_a_first_line_is_written_to_a_second(client) -> None:
    """`/api/couplet` writes a first line for a given second line, but refuses both together."""
    order = {"second": "柳绿，花红", "candidates": 1}
    (poem,) = client.post("/api/couplet", json=order).json()["poems"]
    refused = client.post("/api/couplet", json={**order, "first": "山青，水秀"})

    assert poem["lines"][2:] == ["柳绿", "花红"]
    assert poem["marks"] == ["，", "；", "，", "。"]
    assert (refused.status_code, refused.json()["error"]) == (422, "both lines are given")


def test_like_this_one_takes_the_shape_of_a_poem(client) -> None:
    """A poem written with `like` has the line lengths of the given text."""
    body = {"like": "寻寻觅觅，冷冷清清，凄凄惨惨戚戚。", "candidates": 1}

    (poem,) = client.post("/api/verse", json=body).json()["poems"]

    assert [len(line) for line in poem["lines"]] == [4, 4, 6]


def test_blocked_words_are_never_shown(verse_writer) -> None:
    """Poems with a blocked word are left out, even if no poem remains."""
    with serving(("verse", verse_writer), blocked=("春江",)) as here, here.client() as client:
        body = {"form": "五绝", "opening": "春江", "candidates": 2}
        assert client.post("/api/verse", json=body).json()["poems"] == []
        answer = client.post("/api/verse", json={**body, "stream": True})
        classic = client.get("/write_poem", params={"begin_word": "春江"})
    assert "春江" not in answer.text
    assert classic.json() == {"result": ""}


def test_a_blocked_line_is_not_offered(verse_writer) -> None:
    """With the same seed, blocking a character removes only the lines that contain it."""
    order = {"form": "五绝", "lines": ["春江潮水连"], "candidates": 4, "seed": 1}
    with serving(("verse", verse_writer)) as here, here.client() as client:
        offered = client.post("/api/next", json=order).json()["lines"]
    char = offered[0]["text"][0]

    with serving(("verse", verse_writer), blocked=(char,)) as here, here.client() as client:
        left = client.post("/api/next", json=order).json()["lines"]

    assert left == [line for line in offered if char not in line["text"]]
    assert len(left) < len(offered)


def test_check_and_forms_and_rhyme(client) -> None:
    """The checker, the catalogue of forms and the rhyme books are available over HTTP."""
    report = client.post("/api/check", json={"text": "，".join(POEM)}).json()
    assert report["form"] == "五绝"
    assert report["is_kept"]
    catalogue = client.get("/api/forms").json()
    assert {"七绝", "七律"} <= {form["name"] for form in catalogue["forms"]}
    assert "浣溪沙" in {tune["name"] for tune in catalogue["tunes"]}
    (reading,) = client.post("/api/rhyme", json={"chars": "来"}).json()["readings"]
    assert reading["rhyme"] == "灰"
    assert "台" in reading["chars"]
    assert client.post("/api/check", json={"text": "abc"}).status_code == 422
    assert "tone" in client.get("/api/rules").json()


def test_names_of_a_gender_the_model_does_not_know(client) -> None:
    """A model trained without genders still writes names; a note says that genders are unknown."""
    answer = client.post("/api/names", json={"surname": "李", "gender": "女", "model": "verse"})

    assert answer.json()["names"]
    assert answer.json()["notes"][0]["code"] == "gender.untrained"


def test_names_of_a_gender_the_model_knows(names_writer) -> None:
    """With one seed, a model trained with genders writes different names for each gender."""
    with serving(("names", names_writer)) as here, here.client() as client:
        told, other = (
            client.post("/api/names", json={"gender": gender, "seed": 3}).json()
            for gender in ("女", "男")
        )

    assert not any(note["code"] == "gender.untrained" for note in told["notes"])
    assert told["names"] != other["names"]


def test_write_poem_takes_a_theme_and_a_model(client) -> None:
    """`/write_poem` accepts a theme, a model and a form."""
    answer = client.get("/write_poem", params={"theme": "秋夜", "model": "verse", "form": "五绝"})

    assert len(answer.json()["result"].replace("\n", "")) == 24


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"line": 3, "place": 12}, "the poem has no place 3.12"),
        ({"line": 9}, "the poem has no line 9"),
        ({"line": 9, "scope": "open"}, "the poem has no line 9"),
    ],
)
def test_a_place_that_the_poem_lacks_is_refused(client, more, message) -> None:
    """A rewrite of a line or place that the poem does not have is refused, in any scope."""
    lines = ["白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"]

    answer = client.post("/api/rewrite", json={"form": "五绝", "lines": lines, **more})

    assert answer.status_code == 422
    assert answer.json()["error"] == message


COUPLET = "春风吹绿柳，细雨润青山。"


def test_words_that_face_one_in_a_couplet(client) -> None:
    """The words offered for 细雨 are parallel to 春风 above it and keep the couplet's form."""
    asked = {"text": COUPLET, "line": 2, "place": 2, "top": 5}

    found = client.post("/api/parallel", json=asked).json()

    assert (found["faces"], found["start"]) == ("春风", 1)
    assert "秋月" in found["words"]
    assert len(found["words"]) == 5
    for word in found["words"]:
        changed = client.post("/api/check", json={"text": COUPLET.replace("细雨", word)}).json()
        assert changed["verdict"] == "kept", word


def test_words_for_the_upper_line_and_for_none(client) -> None:
    """For a word of the upper line, `/api/parallel` names the parallel word of the lower line; for
    a single line, it suggests no words."""
    upper = client.post("/api/parallel", json={"text": COUPLET, "line": 1, "place": 5}).json()
    alone = client.post("/api/parallel", json={"text": "春风吹绿柳。", "line": 1, "place": 1})
    missing = client.post("/api/parallel", json={"text": COUPLET, "line": 3, "place": 1})

    assert upper["faces"] == "青山"
    assert alone.json()["words"] == []
    assert missing.json()["code"] == "place.none"


def test_names_come_with_a_line_of_verse(client) -> None:
    """A name that occurs in the package's poems comes with the line, its poet and its title."""
    names = client.post("/api/names", json={"candidates": 12, "seed": 5, "length": 1}).json()[
        "names"
    ]
    found = [one for one in names if one["verse"]]

    assert found
    for one in found:
        assert one["given"] in one["verse"]["text"]
        assert one["verse"]["author"]
        assert one["verse"]["title"]
