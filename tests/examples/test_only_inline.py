"""What tests/README.md says of the tests that are inline only is what the tests say."""

import re

SAID = re.compile(r'\bOnlyInline \w+\(\s*"([^"]+)",\s*"([^"]+)"\)')
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|$", re.MULTILINE)


def test_the_table_has_them_all_and_no_other(root):
    said = [
        found
        for language in ("java", "python")
        for file in sorted((root / "tests" / language).glob("*.cc"))
        for found in SAID.findall(file.read_text(encoding="utf-8"))
    ]
    text = (root / "tests" / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Both isolations")[2].partition("\n## ")[0]
    assert said
    assert sorted(ROW.findall(table)) == sorted(said)
