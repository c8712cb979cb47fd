"""The faults that scripts/mutate.py puts into the code: those of tests/mutants.json, and those made by rule."""
import hashlib
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Parts of other programs than `ratchet`: the one that makes its manual pages, and the four lines of main.
ELSEWHERE = {"completion.cpp", "generate_pages.cpp", "main.cpp", "man_page.cpp"}


def give_up(why):
    print(f"mutate: {why}", file=sys.stderr)
    sys.exit(2)


class Mutant:
    """One fault: the whole text of a file, with what is told of it."""

    def __init__(self, file, before, begin, end, replacement, operator, promise="", short=False):
        self.file, self.operator, self.promise, self.short = file, operator, promise, short
        self.text = before[:begin] + replacement + before[end:]
        self.line = before.count("\n", 0, begin) + 1
        self.was = " ".join(before[begin:end].split())
        self.now = " ".join(replacement.split())
        first, last = before.rfind("\n", 0, begin) + 1, before.find("\n", end)
        self.old_line = " ".join(before[first:last].split())
        self.key = hashlib.sha256((file + "\0" + self.text).encode()).hexdigest()[:16]
        # Other lines of the file may change without drawing other mutants.
        self.draw = hashlib.sha256("\0".join((file, self.old_line, operator, self.was, self.now)).encode()).hexdigest()

    @property
    def room(self):
        return self.file.rsplit("/", 1)[0]

    @property
    def name(self):
        """What it does to which line, wherever the line stands."""
        return f"{self.file}: {self.old_line}: {self.was} -> {self.now}"

    def __str__(self):
        where = f" in: {self.old_line}" if len(self.was) < 8 else ""
        return f"{self.file}:{self.line} [{self.operator}] {self.was or '(nothing)'} -> {self.now or '(nothing)'}{where}"


def code_only(text):
    """The text with everything that is no code blanked: comments, strings, characters, the preprocessor."""
    pattern = (r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'(?!\w)'
               r'|//[^\n]*|/\*.*?\*/|^[ \t]*#[^\n]*|static_assert[^;]*;')
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", "$" if found[0][0] in "\"'R" else " ", found[0]), text,
                  flags=re.S | re.M)


def closing(code, at):
    """Behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i] in "([{") - (code[i] in ")]}")
        if depth == 0:
            return i + 1
    return len(code)


def simple_operators(code):
    """(begin, end, replacement, name) of each place where one word is put for another."""
    rules = [("compare", r" (<|<=|>|>=|==|!=) ", {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}),
             ("boundary", r" (<|<=|>|>=) ", {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}),
             ("logic", r" (&&|\|\|) ", {"&&": "||", "||": "&&"}),
             ("answer", r"\breturn (true|false);", {"true": "false", "false": "true"}),
             ("count", r"(?<=\W)(\+\+)(?=[\w.>\-]+;)", {"++": "--"}),
             ("sum", r" (\+=|-=) ", {"+=": "-=", "-=": "+="}),
             ("sign", r"(?<=\w) ([-+]) (?=\w)", {"+": "-", "-": "+"})]
    for name, pattern, becomes in rules:
        for found in re.finditer(pattern, code):
            yield found.start(1), found.end(1), becomes[found[1]], name
    for found in re.finditer(r"\bconstexpr (?:double|int|long|std::size_t|std::uint64_t) k\w+ = ([\d.']+)", code):
        yield found.start(1), found.end(1), f"2 * {found[1]}" if found[1].strip("0.") else "1", "constant"
    for found in re.finditer(r"\bVerdict::(Regressed|Missing|Invalid|NoBaseline|Inconclusive)\b(?=[,;)])", code):
        yield found.start(1), found.end(1), "Held", "verdict"
    for found in re.finditer(r"\breturn (Outcome::(?!Pass)\w+|[123]|k\w*Fault|128 \+ [\w.()]+);", code):
        yield found.start(1), found.end(1), "Outcome::Pass" if "::" in found[1] else "0", "exit"
    for found in re.finditer(r"\? ([123]) : 0;|\? 0 : ([123]);", code):
        group = 1 if found[1] else 2
        yield found.start(group), found.end(group), "0", "exit"


def statement_operators(code):
    """(begin, end, replacement, name) of each place where a statement is dropped or a condition turned round."""
    for found in re.finditer(r"\b(if|while) (\()", code):
        end = closing(code, found.start(2))
        if ";" not in code[found.start(2):end]:
            yield found.start(2), end, f"(!{code[found.start(2):end]})", "condition"
    for found in re.finditer(r"(?<=\n)( *)(for) \(", code):
        yield found.start(2), found.start(2), "if (false) ", "loop"
    for found in re.finditer(r"(?:\) *\n? *|\) \{\n *)(throw\b[^;]*;)", code):
        yield found.start(1), found.end(1), ";", "throw"
    for found in re.finditer(r"(?<=[;{}\n])\n? *\n( *)((?!return|delete|throw|if|for|while|switch|else|sync)[\w:.>-]+\([^;{}]*\);)(?=\n)", code):
        if not re.search(r"reserve\(|\blog\(\)|^[A-Z]\w+::|\binfo\(|static_assert|snprintf", found[2]):
            yield found.start(2), found.end(2), ";", "call"


def by_rule(file):
    text = (ROOT / file).read_text()
    code = code_only(text)
    for begin, end, replacement, name in (*simple_operators(code), *statement_operators(code)):
        if "!(" in replacement and name == "condition":
            replacement = f"(!{text[begin:end]})"
        yield Mutant(file, text, begin, end, replacement, name)


def by_hand(table):
    for entry in table["accidents"]:
        text = (ROOT / entry["file"]).read_text()
        if text.count(entry["text"]) != 1:
            give_up(f"{entry['file']} has {text.count(entry['text'])} times, not once: {entry['text']}")
        begin = text.index(entry["text"])
        yield Mutant(entry["file"], text, begin, begin + len(entry["text"]), entry["replacement"], "accident",
                     entry["promise"], entry.get("short", False))


def drawn(room):
    """All mutants of a room, in the order in which they are tried."""
    sources = sorted(source for source in (ROOT / room).glob("*.cpp") if source.name not in ELSEWHERE)
    mutants = {mutant.key: mutant for source in sources for mutant in by_rule(f"{room}/{source.name}")}
    return sorted(mutants.values(), key=lambda mutant: (mutant.draw, mutant.key))


def equivalents(table, mutants):
    """By name, why a mutant is the same program. A line that is gone must not leave its excuse behind."""
    reasons = {f"{entry['file']}: {entry['line']}: {entry['mutant']}": entry["reason"] for entry in table["equivalent"]}
    files = {mutant.file for mutant in mutants}
    stale = [name for name in reasons.keys() - {mutant.name for mutant in mutants} if name.split(":")[0] in files]
    if stale:
        give_up(f"tests/mutants.json excuses what is not there: {stale[0]}")
    return reasons
