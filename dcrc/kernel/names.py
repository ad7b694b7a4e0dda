"""Names as people type them: the characters, the pinyin, the initials, and both readings of a surname."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import orjson

# Readings as a family name, first the one that is right; the usual reading is indexed beside it.
_SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "盖": "ge", "区": "ou",
    "朴": "piao", "翟": "zhai", "缪": "miao", "员": "yun", "种": "chong", "繁": "po", "秘": "bi",
    "折": "she", "佴": "nai", "洗": "xian", "冼": "xian", "覃": "qin", "乐": "yue", "黑": "he",
    "任": "ren", "华": "hua", "葛": "ge", "纪": "ji", "尉": "wei", "长": "zhang", "召": "shao",
    "宁": "ning", "燕": "yan", "应": "ying", "么": "yao", "那": "na", "哈": "ha", "会": "gui",
    "过": "guo", "干": "gan", "还": "huan", "谌": "chen", "沈": "shen", "柏": "bai", "卜": "bu",
    "句": "gou", "牟": "mu", "隗": "wei", "眭": "sui", "晁": "chao", "逄": "pang", "郗": "xi",
    "宓": "mi", "訾": "zi", "車": "che", "车": "che", "石": "shi", "贾": "jia", "盛": "sheng",
    "俞": "yu", "臧": "zang", "祭": "zhai", "炅": "gui", "桂": "gui", "洪": "hong", "费": "fei",
    "邵": "shao", "哥": "ge", "能": "nai", "阚": "kan", "莘": "shen", "殷": "yin", "郇": "xun",
}  # fmt: skip
# Several characters that are read differently together than one by one.
_PHRASES = {
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai",
    "鲜于": "xian yu", "令狐": "ling hu", "欧阳": "ou yang", "皇甫": "huang fu", "呼延": "hu yan",
    "重庆": "chong qing", "长安": "chang an", "长城": "chang cheng", "长沙": "chang sha",
    "长春": "chang chun", "长江": "chang jiang", "长兴": "chang xing", "长治": "chang zhi",
    "银行": "yin hang", "商行": "shang hang", "车行": "che hang", "同行": "tong hang",
    "厦门": "xia men", "大厦": "da sha", "成都": "cheng du", "东莞": "dong guan", "六安": "lu an",
    "会计": "kuai ji", "音乐": "yin yue", "便宜": "pian yi", "重工": "zhong gong", "台州": "tai zhou",
    "番禺": "pan yu", "蚌埠": "beng bu", "亳州": "bo zhou", "铅山": "yan shan", "丽水": "li shui",
}  # fmt: skip
_LONGEST_PERSON = 4
_LAST_START = 6  # a long name is also found from its second to its seventh character
_TAIL = re.compile(r"(有限责任|股份有限|有限|集团|股份)?(公司|集团|厂|店|部)$")


@cache
def _readings() -> dict[str, str]:
    """Every character's readings, in pypinyin's table; read as data, which is 15 times its import."""
    spec = find_spec("pypinyin")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    table = folder / "pinyin_dict.json" if folder else None
    if table is not None and table.is_file():
        return {chr(int(code)): text for code, text in orjson.loads(table.read_bytes()).items()}
    from pypinyin.constants import PINYIN_DICT

    return {chr(code): text for code, text in PINYIN_DICT.items()}


def _plain(reading: str) -> str:
    """`lǚ` as it is typed: `lv`."""
    decomposed = unicodedata.normalize("NFD", reading)
    typed = decomposed.replace("u\u0308", "v").replace("U\u0308", "v")
    return "".join(letter for letter in typed if letter.isascii())


@cache
def _reading(character: str) -> str:
    """How one character is typed; letters and digits stand for themselves, other signs for nothing."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    readings = _readings().get(character)
    return _plain(readings.partition(",")[0]) if readings else ""


@cache
def _first_readings(character: str) -> tuple[str, ...]:
    usual = _reading(character)
    surname = _SURNAMES.get(character, usual)
    return (surname,) if surname == usual else (surname, usual)


def _syllables(name: str) -> list[str]:
    for phrase, reading in _PHRASES.items():
        if phrase in name:
            before, _, after = name.partition(phrase)
            return [*_syllables(before), *reading.split(), *_syllables(after)]
    return [_reading(character) for character in name]


def fold(text: str) -> str:
    """`text` as it is compared: half-width, lower case, without blanks and separators."""
    if text and min(text) >= "\u4e00" and max(text) <= "\u9fff":
        return text
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if not (letter.isspace() or letter in "·.-_'’"))


@lru_cache(8192)
def name_terms(name: str) -> frozenset[str]:
    """What a name is found by: itself, its given name, pinyin and initials, polyphone surnames twice.

    >>> sorted(name_terms("单雄信"))
    ['danxiongxin', 'dxx', 'shanxiongxin', 'sxx', '单雄信', '雄信']
    """
    folded = fold(name)[:64]
    if not folded:
        return frozenset()
    if len(folded) <= _LONGEST_PERSON and folded[:2] not in _PHRASES:
        return frozenset(_person_terms(folded))
    terms = {folded, *_parts(name, folded)}
    syllables = _syllables(folded)
    _add_spelling(terms, syllables)
    if folded[:2] in _PHRASES:
        _add_spelling(terms, [_reading(character) for character in folded])
    return frozenset(terms)


def _parts(name: str, folded: str) -> set[str]:
    """Later beginnings of a long name: words where it has blanks, else characters up to its legal form."""
    if folded.isascii():
        return {fold(word) for word in name.split()[1:]} - {""}
    end = len(_TAIL.sub("", folded))
    return {folded[start:] for start in range(1, min(end - 1, _LAST_START + 1))}


def _person_terms(name: str) -> set[str]:
    rest = [_reading(character) for character in name[1:]]
    given, letters = "".join(rest), "".join([syllable[:1] for syllable in rest])
    terms = {name}
    if len(name) > 2:
        terms.add(name[1:])
    for surname in _first_readings(name[0]):
        terms.add(surname + given)
        terms.add(surname[:1] + letters)
    terms.discard("")
    return terms


def _add_spelling(terms: set[str], syllables: list[str]) -> None:
    spelt = "".join(syllables)
    if spelt:
        terms.add(spelt)
        terms.add("".join(syllable[:1] for syllable in syllables))


def spellings(name: str) -> set[str]:
    """All pinyin readings of a short name, for comparing names that were typed by ear."""
    folded = fold(name)[:_LONGEST_PERSON]
    first = [_first_readings(character) for character in folded[:1]]
    rest = [(_reading(character),) for character in folded[1:]]
    return {"".join(parts) for parts in product(*first, *rest)} - {""}
