"""Every error that the page can cause has a code with a Chinese text."""

import json

import pytest

from charbard.language import chinese

REFUSED = (
    ("verse", {"form": "七绝", "acrostic": "春江花月夜"}),
    ("verse", {"form": "七绝", "acrostic": "春"}),
    ("verse", {"form": "七绝", "acrostic": "春江", "acrostic_at": "9"}),
    ("verse", {"form": "七绝", "acrostic": "春江", "acrostic_at": "up"}),
    ("verse", {"form": "七绝", "rhyme": "东", "acrostic": "床前明月", "acrostic_at": "tail"}),
    ("verse", {"form": "七绝", "rhyme": "鱼鱼"}),
    ("verse", {"form": "七绝", "rhyme": "看"}),
    ("verse", {"form": "七绝", "variant": "无"}),
    ("verse", {"form": "七绝", "book": "无"}),
    ("verse", {"form": "无此体"}),
    ("verse", {"form": "七绝", "opening": "一二三四五六七八九"}),
    ("verse", {"form": "七绝", "opening": "一/二/三/四/五"}),
    ("verse", {"form": "七绝", "template": "一/二"}),
    ("verse", {"form": "七绝", "candidates": 1000}),
    ("verse", {"form": "七绝", "theme": "长" * 500}),
    ("verse", {"form": "七绝", "seed": "x"}),
    ("verse", {"frm": "七绝"}),
    ("verse", {"model": "nobody"}),
    ("couplet", {}),
    ("couplet", {"first": "春", "second": "秋"}),
    ("couplet", {"first": "abc"}),
    ("couplet", {"first": "春" * 39}),
    ("names", {"surname": "Smith"}),
    ("names", {"surname": "一二三四"}),
    ("names", {"surname": "李", "tones": "平平平"}),
    ("next", {"form": "五绝", "lines": ["白日依山尽"] * 4}),
    ("rewrite", {"form": "五绝", "lines": ["白日依山尽"], "line": 3}),
    ("check", {"text": "To be or not to be"}),
    ("check", {"text": "白日依山尽", "form": "无此体"}),
    ("prose", {"prime": "a", "length": 10**7}),
    ("score", {"text": "", "model": "owl"}),
    ("insight", {"text": "a", "model": "owl"}),
    ("insight", {"text": "abc abc", "model": "owl", "units": ["99.99"]}),
    ("growth", {"model": "owl"}),
    ("jobs", {"text": "x"}),
)


@pytest.mark.parametrize(("path", "body"), REFUSED, ids=lambda value: json.dumps(value)[:60])
def test_what_is_refused_has_a_code_with_its_chinese(client, path, body) -> None:
    """Each error's code has a Chinese text whose placeholders all have values in the response."""
    answer = client.post(f"/api/{path}", json=body)
    told = answer.json()

    assert answer.status_code >= 400
    assert told["code"] in chinese(), told
    for text in chinese()[told["code"]]:
        for value in told["values"]:
            text = text.replace("{" + value + "}", "")
        assert "{" not in text, (told["code"], text)
