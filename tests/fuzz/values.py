"""What somebody with bad intentions, or a broken program, puts where a value belongs; in families.

A value is what stands in a text (`text`, bytes as they travel) and what stands in a JSON body (`fragment`,
not always JSON). Whole bodies, with the headers that announce them, are `BODIES`.
"""

import gzip
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote


@dataclass(frozen=True)
class Value:
    """One hostile value."""

    family: str
    text: bytes
    fragment: bytes


def _text(family: str, text: str) -> Value:
    return Value(family, text.encode("utf-8", "surrogatepass"), json.dumps(text).encode())


def _raw(family: str, fragment: str) -> Value:
    return Value(family, fragment.encode(), fragment.encode())


# ------------------------------------------------------------------ characters
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = (
    "\u00ad\u034f\u115f\u180e\u200b\u200c\u200d\u2028\u2029\u2060\u2061\u2064\u3164\ufeff\ufff9"
)
ODD = (
    "\u0130\u0131\u017f\u1e9e\u212a\ufb01\ufdfa\ufffd\U0001f600\U0001f468\U000e0041\U0010fffd\ue000"
)
SURROGATES = "\ud800\udbff\udc00\udfff"
NOT_CHARACTERS = [chr(each) for each in range(0xFDD0, 0xFDF0)] + [
    chr((plane << 16) + end) for plane in range(17) for end in (0xFFFE, 0xFFFF)
]
CONTROLS = [chr(each) for each in [*range(32), *range(0x7F, 0xA0)]]


def _characters() -> Iterator[Value]:
    for family, signs in (
        ("control", CONTROLS), ("bidi", BIDI), ("unseen", UNSEEN), ("odd", ODD),
        ("surrogate", SURROGATES), ("no character", NOT_CHARACTERS),
    ):  # fmt: skip
        for sign in signs:
            yield _text(family, sign)
            yield _text(family, f"Tremb{sign}lay")
    for text in (
        "e\u0301",
        "\u00e9",
        "a" + "\u0301" * 500,
        "\u0345\u0300",
        "ﷺ" * 300,
        "\U0001f468\u200d" * 99,
    ):
        yield _text("composed", text)
    for text in ("\ud83d", "\ude00\ud83d", "x\udcffy", "\ud800" * 100):
        yield _text("surrogate", text)


def _bytes() -> Iterator[Value]:
    broken = [bytes([each]) for each in range(0x80, 0x100)]
    broken += [
        b"\xc0\xaf",
        b"\xc1\xbf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xf8\x80\x80\x80\xaf",
    ]
    broken += [
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\xf0\x9f",
    ]
    broken += [
        b"\xff\xfeA\x00",
        b"\xfe\xff\x00A",
        b"\xef\xbb\xbfA",
        b"+ADw-script+AD4-",
        b'\x1b$B$"\x1b(B',
    ]
    for each in broken:
        yield Value("bytes", each, b'"' + each + b'"')
        yield Value("bytes", b"Tremb" + each + b"lay", b'"Tremb' + each + b'lay"')


# ------------------------------------------------------------------ numbers and dates
def _numbers() -> Iterator[Value]:
    for power in (7, 8, 15, 16, 31, 32, 53, 63, 64, 127, 128, 1024):
        for add in (-1, 0, 1):
            yield _raw("number", str(2**power + add))
            yield _raw("number", str(-(2**power) - add))
    for digits in (15, 17, 18, 19, 40, 100, 308, 309, 400, 4299, 4301, 5000, 100_000):
        yield _raw("number", "9" * digits)
        yield _raw("number", "0" * digits + "1")
    for text in (
        "0", "-0", "-1", "+1", "00", "0.0", "-0.0", "1.5", ".5", "5.", "1e5", "1E5", "1e400", "-1e400", "1e-400",
        "1e999999", "NaN", "nan", "-nan", "sNaN", "Infinity", "-Infinity", "inf", "0x10", "0b1", "0o7", "1_000",
        "1,5", "1 000", "1\u00a0000", "12abc", "½", "²", "٣", "３", "Ⅷ", "0.1" + "0" * 400, "3" + "." * 50, "1/0", "--1",
        "1e1e1", "()", "1.7976931348623157e308", "2.2250738585072014e-308", "4.9e-324",
    ):  # fmt: skip
        yield _raw("number", text)
        yield _text("number as a text", text)


def _dates() -> Iterator[Value]:
    years = (
        "0000",
        "0001",
        "-001",
        "1582",
        "1752",
        "1899",
        "1900",
        "2000",
        "2100",
        "2101",
        "9999",
        "10000",
        "99999",
    )
    for year in years:
        for rest in ("01-01", "02-29", "02-30", "12-31", "13-01", "00-00", "06-31"):
            yield _text("date", f"{year}-{rest}")
        yield _text("moment", f"{year}-01-01T00:00:00Z")
        yield _text("moment", f"{year}-12-31T23:59:59.999999+14:00")
    # Québec's clocks go from 2:00 to 3:00 on 8 March 2026 and have 1:30 twice on 1 November.
    for clock in (
        "2026-03-08T02:30",
        "2026-03-08T02:00:00",
        "2026-11-01T01:30",
        "2026-11-01T01:30:00-04:00",
    ):
        yield _text("moment", clock)
    for zone in (
        "+00:00",
        "-00:00",
        "+14:00",
        "-12:00",
        "+23:59",
        "-23:59",
        "+24:00",
        "+99:99",
        "z",
        "America/Toronto",
    ):
        yield _text("moment", f"2026-06-15T12:00:00{zone}")
    for text in (
        "2026", "2026-06", "2026-W23", "2026-W23-1", "2026-166", "20260615", "15/06/2026", "06/15/26", "2026-6-5",
        "2026-06-15T", "2026-06-15T24:00:00", "2026-06-15T23:59:60Z", "2026-06-15T25:61:61", "2026-06-15 12:00",
        "2026-06-15T12:00:00.1234567890123", "now", "today", "tomorrow", "hier", "1e9", "1750000000", "-62135596800",
        "٢٠٢٦-٠٦-١٥", "２０２６-０６-１５", "2026‑06‑15", "2026-06-15\x00", " 2026-06-15 ", "P1D", "00:00", "24:00", "12:60",
    ):  # fmt: skip
        yield _text("date", text)


# ------------------------------------------------------------------ sizes and kinds
def _sizes() -> Iterator[Value]:
    for sign in ("x", "é", "\U0001f600", " ", "\n", "<", "0", "\u202e", "%", "\\", "'", '"'):
        for size in (2, 100, 160, 161, 255, 256, 300, 4000, 4001, 65_536):
            yield _text("length", sign * size)
    for sign in ("x", "é", "<b>", "\u0301"):
        yield _text("length", sign * (1_000_000 // len(sign.encode())))


def _kinds() -> Iterator[Value]:
    for fragment in (
        "null", "true", "false", "0", '""', '" "', "[]", "{}", "[[]]", "[{}]", "[null]", '{"a":1}', '{"":""}',
        '[1,"a",null]', '[["x"],["y"]]', '{"id":{"id":{}}}', '{"a":1,"a":2}', '{"b":[{"a":1,"a":2}]}', "undefined",
        "None", "'x'", "[1,]", "{,}", "[,1]", '{"a"}', "[1 2]", '"\\x41"', '"\\u00"', '"\\ud800"', '"\\u0000"', '"a\nb"',
        "//", "/**/1", "tru", "nulll", "", " ", "\t", "]", "}", '"', "\\",
    ):  # fmt: skip
        yield _raw("kind", fragment)
    for depth in (10, 31, 33, 64, 500, 990, 1010, 5000, 100_000):
        yield Value("depth", b"[" * 50, b"[" * depth + b"]" * depth)
        yield Value("depth", b"{" * 50, b'{"a":' * depth + b"1" + b"}" * depth)
    for many in (100, 9_000, 10_001, 100_000):
        yield Value("many", b"a," * 100, b"[" + b"1," * many + b"1]")
        keys = b",".join(b'"k%d":1' % each for each in range(many))
        yield Value("many", b"a=1&" * 100, b"{" + keys + b"}")


def _names() -> Iterator[Value]:
    for name in (
        "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__class__", "__init__", "__globals__",
        "_meta", "pk", "id", "objects", "password", "is_staff", "is_superuser", "version", "history", "region__code",
        "id__gt", "pk__in", "case__participant__last_name__startswith", "password__regex", "-id", "?", "*", "all", "none",
        "self", "$where", "$gt", "$ne", "undefined", "NULL", "null", "nil", "None", "true", "True", "TRUE", "yes", "oui",
        "on", "off", "y", "n", "t", "f", "maybe", "-", "_", ".", "..", "...", "#", "?x=1", "&x=1", ";", ",", "|", "~", "!",
        "CON", "NUL", "LPT1", "con.txt", "COM1", "aux", "index.php", ".env", ".git/config", "web.config",
    ):  # fmt: skip
        yield _text("name", name)
        yield Value("name", name.encode(), json.dumps({name: {name: 1}}).encode())
    key = "01a21397-c15d-72cf-998d-5b2fd77f51ab"
    for text in (
        key.upper(), key.replace("-", ""), f"{{{key}}}", f"urn:uuid:{key}", f" {key}", f"{key}\n", f"{key}\x00", key[:-1],
        key + "0", "0" * 8 + "-0000-0000-0000-" + "0" * 12, "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12, key.replace("0", "٠"),
        f"{key},{key}", f"['{key}']", "g" * 36, "-" * 36, key.replace("-", "\u2010"), "0", "1", "-1", "1.0",
    ):  # fmt: skip
        yield _text("key", text)


# ------------------------------------------------------------------ what another program might carry out
SQL = (
    "'", "''", "\"", "`", "\\'", "')", "'))", "';", "1'", "' OR '1'='1", "' OR 1=1--", "') OR ('1'='1", "\" OR \"\"=\"",
    "1 OR 1=1", "1; DROP TABLE cases_case;--", "'; SELECT pg_sleep(10);--", "1 AND (SELECT pg_sleep(10)) IS NULL",
    "' UNION SELECT NULL,NULL,NULL--", "' AND 1=CAST((SELECT version()) AS int)--", "'||(SELECT '')||'", "%' OR '%'='",
    "x' AND randomblob(500000000)--", "'; ATTACH DATABASE '/tmp/x' AS y;--", "admin'--", "1)) ORDER BY 99--", "%", "_", "%%",
    "\\%", "[a-z]", "' GLOB '*", "MATCH", "NEAR(", "\"a\" NEAR \"b\"", "a*", "^a", "a OR", "AND", "NOT", "-a", "a:b", "col:x",
    "$$;$$", "E'\\x27'", "0x27", "/**/", "/*!1*/", "--", "#", "CHAR(39)", "@@version", "&& 1", "| 1", "! 1", "<->", ":*", "a:*b",
)  # fmt: skip
TEMPLATES = (
    "{{7*7}}", "{% debug %}", "{{ request }}", "{% include '/etc/passwd' %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "${{7*7}}",
    "{{''.__class__.__mro__}}", "{{settings.SECRET_KEY}}", "{% load x %}", "{#", "{{", "}}", "{%", "%s", "%n%n%n", "%(a)s", "%d",
    "{0}", "{}", "{a.b}", "{0.__class__}", "%x%x", "$IFS", "@(7*7)", "*{7*7}", "~{7}", "[[7*7]]", "{{=7}}", "{{{7}}}",
)  # fmt: skip
SCRIPTS = (
    "<script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>", "vbscript:x", "<a href=javascript:1>x",
    "<iframe src=//a>", "<math><mi xlink:href=data:x>", "</title><script>1</script>", "</textarea><script>1</script>",
    "<!--", "-->", "]]>", "<![CDATA[", "<body onload=1>", "<details open ontoggle=1>", "<img/src/onerror=1>", "\"onfocus=1 x=\"",
    "'-alert(1)-'", "\\u003cscript\\u003e", "&lt;script&gt;", "&#60;script&#62;", "<scr<script>ipt>", "<style>*{x:expression(1)}",
    "<link rel=import href=//a>", "<meta http-equiv=refresh content=0>", "<base href=//a>", "<form action=//a>", "<object data=x>",
    "<template><script>1", "<noscript><p title=\"</noscript><img>\">", "<isindex action=j&Tab;avas&Tab;cript:1>", "\u2028alert(1)",
    "＜script＞", "<\x00script>", "<plaintext>", "<xmp>", "<marquee onstart=1>", "<video><source onerror=1>",
)  # fmt: skip
XML = (
    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
    "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;&b;\">]><a>&c;</a>", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/\">",
    "<xi:include href=\"file:///etc/passwd\" parse=\"text\"/>", "<a xmlns:xsl=\"x\"><xsl:value-of/></a>", "&a;", "&#0;", "&#xD800;",
)  # fmt: skip
COMMANDS = (
    "; id", "| id", "|| id", "& id", "&& id", "`id`", "$(id)", "\nid\n", "; sleep 10", "| sleep 10", "$(sleep 10)", "%0aid",
    "() { :; }; id", "-rf", "--help", "-oProxyCommand=x", "~root", "*", "!!", "> /tmp/x", "${jndi:ldap://127.0.0.1/a}",
    "*)(uid=*", "(|(a=*", ")(", "import os", "__import__('os').system('id')", "eval(1)", "require('fs')", "O:8:\"stdClass\":0:{}",
    "rO0ABXNy", "!!python/object/apply:os.system [id]", "gASVBAAAAAAAAAB9lC4=",
)  # fmt: skip
LINES = (
    "\r\nSet-Cookie: a=b", "\nX: y", "\rX: y", "\r\n\r\n<html>", "%0d%0aSet-Cookie:%20a=b", "x\r\nBcc: a@b.ca",
    "a@b.ca\nBcc: c@d.ca", "\r\n{\"forged\": 1}", "\x1b[31mred", "\x1b]0;x\x07", "\u560d\u560aX: y", "\u2028X", "\x85X", "\x0bX", "\x0cX",
)  # fmt: skip
PATHS = (
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\boot.ini", "\\\\a\\b", "....//....//etc/passwd", "..;/",
    "%2e%2e%2f", "..%00", "..%c0%af", "file:///etc/passwd", "/proc/self/environ", "/dev/zero", "a/../b", "./", "//", "///", "/./",
    "a\x00.pdf", "a.pdf.exe", ".htaccess", "a" * 300 + ".pdf", "~/.ssh/id_rsa", "static/../manage.py",
)  # fmt: skip
ADDRESSES = (
    "http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "http://0/", "http://2130706433/", "//a.example", "/\\a.example",
    "https:a.example", "http:///a.example", "http://a@b", "http://a.example\\@b", "ftp://a", "gopher://127.0.0.1:9/_", "dict://a",
    "ldap://a", "file://a", "jar:http://a!/", "http://a.example/%00", "http://\u3002example", "mailto:a@b", "a@b", "@", "a@", "@b.ca",
    "a@b@c.ca", "\"a b\"@c.ca", "a@[127.0.0.1]", "a@-b.ca", "a..b@c.ca", "é@é.ca", "a@" + "b" * 300 + ".ca", "<a@b.ca>", "a@b.ca,c@d.ca",
)  # fmt: skip
CELLS = (
    "=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://a\")", "\t=1", "\r=1", "\n=1", " =1", "＝1", "；=1", ";=1",
    ",=1", "\"=1", "'=1", "=DDE(1)", "%0A=1", "\u00a0=1", "\ufeff=1", "−1", "|x",
)  # fmt: skip
PATTERNS = (
    "(a+)+$", "((a*)*)*b", "(", "[", "*", "?", "+", "\\", "^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 5000 + "!", "(?=a)*", ".{1,99999}",
    "x" * 2000 + "@", " " * 5000 + "x", "0" * 5000 + "-", "a-" * 3000, "/" * 3000, "(" * 3000, "<" * 3000, "%" * 3000,
)  # fmt: skip
CARRIED_OUT = {
    "sql": SQL, "template": TEMPLATES, "script": SCRIPTS, "xml": XML, "command": COMMANDS, "lines": LINES, "path": PATHS,
    "address": ADDRESSES, "cell": CELLS, "pattern": PATTERNS,
}  # fmt: skip


def _carried_out() -> Iterator[Value]:
    for family, texts in CARRIED_OUT.items():
        for text in texts:
            once = quote(text, safe="")
            for form in {text, f"Tremblay{text}", once, quote(once, safe=""), html.escape(text)}:
                yield _text(family, form)


@cache
def values() -> tuple[Value, ...]:
    """All of them, each once, in an order of their own that never changes."""
    families = (_characters, _bytes, _numbers, _dates, _sizes, _kinds, _names, _carried_out)
    found = {(value.text, value.fragment): value for family in families for value in family()}
    # By their bytes: the order of a set of texts is another in each process.
    return tuple(found[key] for key in sorted(found))


# ------------------------------------------------------------------ whole bodies
JSON = "application/json"
GOOD = b'{"text": "Bonjour", "reason": "x"}'
CHARSETS = (
    "utf-16",
    "utf-32",
    "utf-7",
    "latin-1",
    "cp1252",
    "shift-jis",
    "utf-8-sig",
    "cp037",
    "utf-16-be",
)
ANNOUNCED = (
    "bogus",
    "utf-16",
    "utf-7",
    "latin-1",
    "",
    '"',
    "utf-8\x00",
    "../x",
    "zip",
    "idna",
    "rot13",
    "base64",
)
# media type, encoding of the transport, bytes
BODIES: tuple[tuple[str, str, bytes], ...] = (
    *((JSON, "", GOOD.decode().encode(each)) for each in CHARSETS),
    *((f"{JSON}; charset={each}", "", GOOD) for each in ANNOUNCED),
    *((each, "", GOOD) for each in ("", "x", "text/plain", "application/xml", "text/html", "*/*", "a" * 5000, "application/json/x",
                                    "application/x-www-form-urlencoded", "multipart/form-data", "application/merge-patch+json",
                                    "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "image/png", "application/pdf",
                                    "multipart/form-data; boundary=" + "x" * 500, "multipart/form-data; boundary=é", ";", "/", ",")),
    *((JSON, each, GOOD) for each in ("gzip", "deflate", "br", "identity", "x", "gzip, gzip")),
    (JSON, "gzip", gzip.compress(GOOD)),
    (JSON, "gzip", gzip.compress(b"0" * 10_000_000)),
    *((JSON, "", each) for each in (b"", b" ", b"\x00", b"null", b"[]", b"1", b'""', b"{", b"}", b"\xef\xbb\xbf" + GOOD, GOOD + b"x",
                                    GOOD + GOOD, b"{}" * 5000, b"\xff" * 100, b"[" * 100_000, b'{"a":' * 100_000, b"{" + b" " * 900_000,
                                    b'{"a":"' + b"x" * 1_000_000 + b'"}', b'{"a":"' + b"x" * 2_000_000 + b'"}', b"x" * 3_000_000,
                                    b'{"a":1,"a":1}', b'{"__proto__":{"a":1}}', b"{\"a\":1e400}", b"{\"a\":NaN}", b"\x1f\x8b\x08")),
    ("multipart/form-data; boundary=x", "", b"--x\r\n\r\n\r\n--x--"),
    ("multipart/form-data; boundary=x", "", b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + b"a" * 5000 + b'"\r\n\r\nx\r\n--x--'),
    ("multipart/form-data; boundary=x", "", b'--x\r\nContent-Disposition: form-data; name="file"; filename="../\x00\xff"\r\n\r\nx\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", "", b'--x\r\nContent-Disposition: form-data; name="\xff\x00"\r\n\r\nx\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", "", b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", "", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 1500 + b"--x--\r\n"),
    ("application/x-www-form-urlencoded", "", b"a=1&" * 1500),
    ("application/x-www-form-urlencoded", "", b"a=%00&b=%ff&c=%ed%a0%80&%=%&=&&"),
    ("application/x-www-form-urlencoded; charset=bogus", "", b"a=\xff"),
    ("application/x-www-form-urlencoded; charset=utf-16", "", b"\xff\xfea\x00=\x001\x00"),
)  # fmt: skip
