"""What nobody should be able to do anything with, whatever they write it into: one list for every test.

Every value belongs to a class, so that a test of many fields can give each field one of every class.
"""

from collections.abc import Mapping, Sequence

USER = "123456789012345678"
"""An id of nobody here."""
MARKUP = (
    "@everyone", "@here come", f"<@{USER}>", f"<@!{USER}>", f"<@&{USER}>", f"<#{USER}>", f"@{USER}",
    f"\\<@{USER}>", "[your bank](https://evil.example)", "https://evil.example/a_b",
    "<https://evil.example>", "discord.gg/abcdef", "discord.com/invite/abcdef", "```py\nprint()\n```",
    "`code`", "# Heading", "  ## Heading", "-# small", "> quote", ">>> all of it",
    "- item\n* item\n+ item\n1. item\n2) item", "</help:1234567890>", "<t:0:R>",
    "<:smile:123456789012345678>", "<id:customize>", "**bold** __line__ *it* ~~gone~~ ||spoiler||",
    "\\*not escaped\\*", "back\\", "a\x00b\x1b[31mred", "\u202egnp.exe", "\ud800",
    "'; DROP TABLE groups; --", "{0.__class__} {name} %s $HOME",
)  # fmt: skip
"""What Discord would make something of."""
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1,1)", '=HYPERLINK("https://example.org/","Ana")', "=cmd|' /C calc'!A0",
    "{=1+1}", "  =1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\tAna", "\rAna", "\x00=1+1", "\x1b=1+1",
    "\ufeff=1+1", "\u200b=1+1", "\u00a0=1+1", "\u3000=1+1", "\u202e=1+1", "\u2066=1+1", "\u200d=1+1",
    "\ufe0f=1+1", "\u3164=1+1", "\ud800=1+1", "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1,1)",
    "﹦1+1", "﹣1+1",
    "\u22121+1", "⁼1", "Ana;=1+1", 'Ana; "=1+1', "Ana;\t@SUM(1)", "Ana\n=1+1", 'Ana",=1+1,"', '"=1+1"',
    "'=1+1",
)  # fmt: skip
"""What some program could take for a formula."""
BLANK = (
    "", " ", "   ", "\t\n", "\u200b\u200d\ufeff", "\u3164", "\u115f\u1160", "\u2800\n\u00a0", "\x00",
    "\u0301\u0301", "\U000e0041\U000e007f", "\u00ad", "\ue000",
)  # fmt: skip
"""Of which nothing is to be seen."""
BROKEN = (
    "\ud800", "a\udfffb", "\ufffe\uffff", "\x00a\x07", "\x1b[31mred\x1b[0m", "\x7f", "\x85next",
    "a\u0335" * 60, "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334algo", "x" + "\u0301" * 500,
)  # fmt: skip
"""Characters that are none, or too many on one letter."""
LINES = (
    "x\r\nBEGIN:VALARM", "x\nEND:VCALENDAR", "x\u2028END:VEVENT", "x\u2029y", "x\vy\fz", "\n" * 50 + "x",
    "line\n" * 30, "x\n# Heading", "x\n> quote", "x\n-# small", "\r=1",
)  # fmt: skip
"""That could begin a line where there should be none."""
LONG = (
    "x" * 301, "x" * 2001, "x" * 4001, "x" * 100_000, "\u202e" + "y" * 301, "🙂" * 1500, "*_~`|" * 39,
    "@everyone " * 400,
)  # fmt: skip
"""More than fits."""
TURNED = (
    "\u202egnp.exe", "\u2066abc\u2069", "\u200fאנה", "p\u0430ypal", "\uff41\uff44\uff4d\uff49\uff4e", "𝓪𝓭𝓶𝓲𝓷",
    "Ⅷ", "ﷺ",
    "İstanbul", "ß", "👩\u200d💻",
)  # fmt: skip
"""That looks like something else, or reads from the other side."""
COUNTS = (
    "-1", "0", "99", "1000", "999999999999", "9" * 19, "9223372036854775808", "9" * 30, "1e3", "1E400",
    "nan", "inf", "0x10", "1_0", "\u0663", "1,000", "1.5", "+1", "٣٤", "½", "²", "1/0", "--1",
)  # fmt: skip
"""Numbers, or nearly."""
DATES = (
    "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "1970-01-01", "0000-00-00", "9999-12-31",
    "2026-W01-1", "20260301", "2026-3-1", "31/12/2026", "tomorrow", "2026-01-04T19:00", "25:00", "24:00",
    "7:60", "19", "7 pm pm", "-1:00",
)  # fmt: skip
"""Days and times that are none, are past, or are written like nobody writes them."""
ZONES = (
    "US", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe/Berlin\x00", "utc+3", "GMT+25",
    "Etc/GMT+99", "localtime", "posixrules",
)  # fmt: skip
"""Of which none is in the list."""
REFERENCES = (
    "x", "999999999", "8" * 17, "8" * 18, "18446744073709551616", "1; DROP TABLE groups", "1:2:3", "::",
    "~", "../1", "1-1", "1-", "-", "mine", "all", "None", "null", "true", "[]", "{}", "going:going",
    "1~2",
)  # fmt: skip
"""Ids of nothing."""
ADDRESSES = (
    "http://evil.example", "https://user:pass@evil.example/", "https://127.0.0.1/", "http://[::1]/",
    "https://169.254.169.254/latest", "https://10.0.0.1/", "https://localhost:5432", "file:///etc/passwd",
    "javascript:alert(1)", "data:text/html,x", "ftp://evil.example", "https://evil.example/" + "a" * 600,
    "https://evil.example/)[x](https://b.example", "https://2130706433/", "https://xn--pypal-4ve.com/",
    "HTTPS://EVIL.EXAMPLE", "https:/\\evil.example", "//evil.example",
)  # fmt: skip
"""Links to where nobody should be led."""
CODE = (
    "' OR '1'='1", '"; --', "Robert'); DROP TABLE members;--", "{}", "{group}", "{0}", "{name!r:>9999}",
    "%s%s%n", "${HOME}", "$(id)", "`id`", "<script>alert(1)</script>", "<b onmouseover=alert(1)>",
    "</td></tr></table>", "<!--", "]]>", "&lt;b&gt;", "<r><t>Ana</t></r>", "_x000D_", "#REF!", "&L&D",
    "MTAxMjM0NTY3ODkwMTIzNDU2.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB",
    "sk-abcdefghijklmnopqrstuvwxyz", "../../../etc/passwd", "CON", "a/b\\c", "..", "\\", "\\\\",
    "con.csv",
)  # fmt: skip
"""For programs other than Discord: databases, templates, shells, browsers, spreadsheets, file systems."""

CLASSES: Mapping[str, Sequence[str]] = {
    "markup": MARKUP, "formulas": FORMULAS, "blank": BLANK, "broken": BROKEN, "lines": LINES, "long": LONG,
    "turned": TURNED, "counts": COUNTS, "dates": DATES, "zones": ZONES, "references": REFERENCES,
    "addresses": ADDRESSES, "code": CODE,
}  # fmt: skip
VALUES = tuple(dict.fromkeys(value for values in CLASSES.values() for value in values))
NUMBERS = (-1, 0, 1, 2**31, -(2**31), 2**53 - 1, 1 - 2**53, 2**63, 10**30)
"""For options that Discord's client lets nobody fill with anything but numbers."""
