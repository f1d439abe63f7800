"""The events of the differential tests: named lists of at most 20, and a generator with a fixed seed. All are bytes."""

import json
import random

SEED = 20180416


def _utf8(texts):
    return [text if isinstance(text, bytes) else text.encode() for text in texts]


#: JSON of every shape that has one meaning everywhere.
PLAIN = _utf8(
    [
        "null",
        "true",
        "false",
        "0",
        "-17",
        "123456789012345678",
        "1.5",
        "1e2",
        '""',
        '"text"',
        '"ü ✓ \U0001f600"',
        '"tab\\t quote\\" slash\\/ \\u00e9 \\ud83d\\ude00"',
        "[]",
        "[1, 2, 3]",
        '[[], {}, [null, [false]], "x", 2.5]',
        "{}",
        '{"a": 1}',
        '{"first_name": "Ada", "last_name": "Lovelace", "n": [1, 2, {"k": "v"}], "b": true, "z": null}',
        '  {"spaced" :\t[ 1 ,2 ] }\r\n',
        '{"b": 1, "a": 2, "b": 3}',
    ]
)

#: JSON whose values are big, deep, fine or odd.
ODD = _utf8(
    [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1" + "0" * 400,
        "1e308",
        "1e400",
        "[" * 100000,
        "5e-324",
        "0.1000000000000000055511151231257827",
        "-0",
        "-0.0",
        "1" + "0" * 5000,
        '"\\ud800"',
        '"\\udc00 lone \\ud83d"',
        '"\\u0000\\u001f\\u007f\\u2028\\u2029\\uffff"',
        b'"\x7f\xc2\x80\xe2\x80\xa8\xef\xbf\xbf\xf4\x8f\xbf\xbf"',
        "[" * 60 + "]" * 60,
        '{"k":' * 250 + "1" + "}" * 250,
        b'\xef\xbb\xbf{"bom": 1}',
    ]
)

#: What is no JSON, or only for some.
BROKEN = _utf8(
    [
        "",
        " \n",
        "nul",
        "NaN",
        "-Infinity",
        "{'a': 1}",
        "{a: 1}",
        "[1, 2,]",
        '{"a": 1,}',
        '{"a" 1}',
        '["unclosed',
        "[1, 2",
        "007",
        "5 garbage",
        "{} {}",
        "[1] // comment",
        b'"raw \x01 control"',
        b'"\xff\xfe"',
        b'"\xed\xa0\x80"',
        '"bad \\x escape"',
    ]
)

#: JSON in wider units, with and without a byte order mark: a shorter text follows a longer one.
WIDE = [
    (mark + text).encode(encoding)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    for mark in ("\ufeff", "")
    for text in ('{"a": "\u00e9\u2713", "first_name": "Ada"}', "6")
] + [
    '\ufeff["\U0001f600", 19]'.encode("utf-16-le"),
    "\ufeff[1".encode("utf-16-be"),
    '\ufeff"unfinished'.encode("utf-32-le"),
    b"\xff\xfe6",
]

#: Some of each, for handlers whose answer depends on the event.
MIXED = [
    *(PLAIN[k] for k in (0, 1, 3, 6, 9, 10, 13, 14, 15, 17)),
    *(ODD[k] for k in (1, 3, 6, 13, 15, 18)),
    *(BROKEN[k] for k in (0, 3, 11, 17)),
]
#: For handlers that say which type they want.
TYPED = _utf8(
    [
        "null",
        "true",
        "5",
        "-1.5",
        '"7"',
        '""',
        "[]",
        '["1", 2.9]',
        '{"a": 1, "n": [1]}',
        '[{"first_name": "x", "firstName": "Ada", "a": "2", "unknown": {}}]',
        '"2020-01-02T03:04:05.678Z"',
        '"2020-01-02"',
        '"8476a536-e9f4-11e8-9739-2dfe598c3fcd"',
        '"QUJD"',
        '"RED"',
        "2147483648",
        "1577934245500",
        "{'a': 1, b: 2,}",
    ]
)

#: Short, plain events as most callers send them, by what they are at the root.
MAPS = _utf8(
    [
        "{}",
        '{"a":1}',
        '{"id":"x1","count":3,"ok":true}',
        '{"first_name":"Ada","last_name":"Lovelace"}',
        '{"items":[1,2,3],"name":"list"}',
        '{"nested":{"k":{"deep":["v"]}},"n":-5}',
        '{"a":null,"b":false,"c":""}',
        '{"big":123456789012345678,"small":-123456789012345678}',
        '{ "spaced" : [ ] , "x" : { } }',
        '{"b":2,"a":1,"c":3,"a":4}',
        '{"key with blanks":"value with blanks","~":"!"}',
        '{"httpMethod":"GET","path":"/p","headers":{"Host":"h"},"isBase64Encoded":false}',
        '{"Records":[{"eventSource":"aws:sqs","body":"b","attributes":{"n":"1"}}]}',
        '{"n":0}',
        '{"n":2147483648,"m":-2147483648}',
        '{"list":[[],[1],[2,3]],"text":"t"}',
        '{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6","g":"7","h":"8","i":"9","j":"10"}',
        '{"text":"The quick brown fox jumps over the lazy dog."}',
        '{"items":[{"k":1},{"k":2}]}',
        '{"a":1,"n":[true,false,null]}',
    ]
)
#: One of each kind at the root, for handlers that say which they give.
ROOTS = _utf8(
    ["null", "true", "7", "2.5", '"text"', '""', '"\u00e9"', "[]", '["a"]', "[1, true]", '[["a"]]', '[{"a": "b"}]']
    + ["{}", '{"a": "b"}', '{"a": 1}', '{"a": ["b"]}', '{"a": {"b": "c"}}', '{"a": null}']
)
LISTS = [b"[%s]" % b", ".join(MAPS[:k]) for k in range(8)] + [b"[[%s], 7]" % text for text in MAPS[:8]]
TEXTS = [
    b'"%s"' % text
    for text in b"a,b|id|Hello, World|x|  |0|-1|true|a/b/c|k=v&l=w|Ada Lovelace|~|a.b.c|UPPER|[]".split(b"|")
]

#: Nesting near the usual recursion limit, of 1000: of lists, of maps, and how deep a handler is to go.
DEEP_LISTS = [b"[" * depth + b"]" * depth for depth in range(981, 1001)]
DEEP_MAPS = [b'{"k":' * depth + b"1" + b"}" * depth for depth in (150, 210, *range(981, 999))]
DEPTHS = [b"%d" % depth for depth in (150, 210, *range(981, 999))]

FEW = [PLAIN[k] for k in (0, 9, 16)]
TWO = [PLAIN[k] for k in (0, 17)]
ONE = [PLAIN[15]]


class Generated(bytes):
    """An event that the generator has made."""


_LETTERS = 'abz09 _-/\\"\n\t\x7fäß€中\u2028\U0001f600'
_PIECES = ["{", "}", "[", "]", ",", ":", '"', "\\", "'", "-", "0", ".", "e", "tru", "\x00", "\n", "\u20ac", "//", "NaN"]


def _text(source):
    return "".join(source.choice(_LETTERS) for _ in range(source.randrange(0, 9)))


def _number(source):
    return source.choice(
        [
            lambda: source.randrange(-10, 10),
            lambda: source.randrange(-(2**31), 2**31),
            lambda: source.randrange(-(2**70), 2**70),
            lambda: source.random(),
            lambda: source.uniform(-1e20, 1e20),
            lambda: source.randrange(1, 10**6) / 1000,
        ]
    )()


def _value(source, depth):
    kind = source.randrange(8 if depth else 5)
    if kind == 0:
        return source.choice([None, True, False])
    if kind in (1, 2):
        return _number(source)
    if kind in (3, 4):
        return _text(source)
    if kind in (5, 6):
        return {_text(source): _value(source, depth - 1) for _ in range(source.randrange(0, 5))}
    return [_value(source, depth - 1) for _ in range(source.randrange(0, 5))]


def _valid(source):
    if source.randrange(20) == 0:
        depth = source.randrange(1, 220)
        return "[" * depth + "]" * depth
    value = _value(source, source.randrange(0, 5))
    separators = source.choice([(",", ":"), (", ", ": "), (" ,\n", " :\t")])
    return json.dumps(value, ensure_ascii=source.random() < 0.5, separators=separators)


def is_json(event):
    """Whether an event is JSON, by the letter: NaN and its like are none."""

    def refuse(constant):
        raise ValueError(constant)

    try:
        json.loads(event, parse_constant=refuse)
    except ValueError:
        return False
    return True


def _damaged(source):
    """A valid text, cut, or with something put in or taken out, so that it is no JSON any more."""
    while True:
        text = _valid(source)
        at = source.randrange(len(text) + 1)
        kind = source.randrange(3)
        if kind == 0:
            text = text[:at]
        elif kind == 1:
            text = text[:at] + source.choice(_PIECES) + text[at:]
        else:
            text = text[: max(at - 1, 0)] + text[at:]
        if not is_json(text):
            return text


def and_generated(fixed, name, count):
    """The events of `fixed`, and `count` more for the handler `name`: every second of those is valid JSON, all differ."""
    source = random.Random("%d %s" % (SEED, name))
    all_ = list(fixed)
    for k in range(count):
        event = fixed[0]
        while event in all_:
            event = Generated((_damaged if k % 2 else _valid)(source).encode())
        all_.append(event)
    return all_
