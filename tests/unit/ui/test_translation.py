from __future__ import annotations

import ast
import errno
import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from focusstack_app.engine.diagnose import Finding, Trouble
from focusstack_app.io.atomic import output_error
from focusstack_app.jobs.advice import advice
from focusstack_app.settings.schema import Language
from focusstack_app.ui.translation import i18n_dir, install_language, number_text, said, tr
from focusstack_app.ui.wording import count_text
from tests.helpers.stacks import fake_stack
from tests.helpers.translations import PACKAGE, update

LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class Message:
    context: str
    source: str
    comment: str
    numerus: bool
    finished: bool
    texts: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.source, self.comment


def messages(ts: Path) -> list[Message]:
    found = []
    for context in ET.parse(ts).getroot().iter("context"):
        for entry in context.iter("message"):
            translation = entry.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")]
            found.append(
                Message(
                    context.findtext("name") or "",
                    entry.findtext("source") or "",
                    entry.findtext("comment") or "",
                    entry.get("numerus") == "yes",
                    translation.get("type") is None,
                    tuple(forms) if forms else (translation.text or "",),
                )
            )
    return found


def committed(language: str) -> Path:
    return i18n_dir() / f"focusstack_app_{language}.ts"


def said_in_code() -> Iterator[tuple[str, str, str]]:
    """Context, text and comment of every translation, as the running program looks them up."""

    def visit(node: ast.AST, of_class: str) -> Iterator[tuple[str, str, str]]:
        for child in ast.iter_child_nodes(node):
            inside = child.name if isinstance(child, ast.ClassDef) else of_class
            if isinstance(child, ast.Call) and child.args:
                literals = [a.value for a in child.args[:2] if isinstance(a, ast.Constant)]
                texts = [value for value in literals if isinstance(value, str)]
                match child.func, texts:
                    case ast.Name(id="tr" | "message"), [text, *comment]:
                        yield "", text, "".join(comment)
                    case ast.Attribute(value=ast.Name(id="self"), attr="tr"), [text, *comment]:
                        yield of_class, text, "".join(comment)
            yield from visit(child, inside)

    for path in PACKAGE.rglob("*.py"):
        yield from visit(ast.parse(path.read_text(encoding="utf-8")), "")


def fields(text: str) -> set[str]:
    names = (name for _, name, _, _ in string.Formatter().parse(text))
    return {name for name in names if name is not None and name.isidentifier()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_and_none_is_left_over(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / f"fresh_{language}.ts"
    update(fresh, plural_only=language == "en")
    assert {m.key for m in messages(committed(language))} == {m.key for m in messages(fresh)}


def test_every_text_stands_where_the_program_looks_for_it() -> None:
    known = {message.key for message in messages(committed("de"))}
    assert set(said_in_code()) - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_its_values(language: str) -> None:
    found = messages(committed(language))
    assert [m.key for m in found if not m.finished or not all(m.texts)] == []
    assert [m.key for m in found if m.numerus and len(m.texts) != 2] == []
    # The plurals of a class of Qt are not found where the object is of a derived class.
    assert [m.key for m in found if m.numerus and m.context] == []
    for message in found:
        assert ("%n" in message.texts[-1]) == message.numerus, message.source
        for text in message.texts:
            assert fields(text) == fields(message.source), message.source
            assert re.findall("<[^>]*>", text) == re.findall("<[^>]*>", message.source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_what_was_translated(language: str) -> None:
    translator = QTranslator()
    assert translator.load(str(committed(language).with_suffix(".qm")))
    for message in messages(committed(language)):
        counts = (1, 2) if message.numerus else (-1,)
        read = tuple(translator.translate(*message.key, count) for count in counts)
        assert read == message.texts


@pytest.fixture
def restored(qapp: QApplication) -> Iterator[None]:
    yield
    install_language(qapp, Language.ENGLISH)


@pytest.mark.usefixtures("restored")
def test_a_language_brings_its_words_plurals_and_numbers(qapp: QApplication) -> None:
    install_language(qapp, Language.GERMAN)
    assert tr("Never") == "Nie"
    assert [count_text(n, "frame") for n in (1, 7)] == ["1 Aufnahme", "7 Aufnahmen"]
    assert number_text(1.44, 1) == "1,4"
    assert QLocale().monthName(5) == "Mai"
    install_language(qapp, Language.ENGLISH)
    assert tr("Never") == "Never"
    assert [count_text(n, "frame") for n in (1, 7)] == ["1 frame", "7 frames"]
    assert number_text(1.44, 1) == "1.4"


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.ENGLISH, "exports all of them"),
        (Language.GERMAN, "exportiert alle in einen Ordner"),
    ],
)
def test_keys_are_called_on_macos_what_its_keyboards_show(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, language: Language, text: str
) -> None:
    several = "Ctrl+Shift+E exports all of them into one folder, each slab with its number."
    monkeypatch.setattr("sys.platform", "darwin")
    install_language(qapp, language)
    assert tr(several).startswith(f"⇧⌘E {text}")
    assert "(⌘O)" in QCoreApplication.translate(
        "EmptyPage", "Choose the files of one focus bracket (Ctrl+O)"
    )
    assert tr("Never") == ("Never" if language is Language.ENGLISH else "Nie")
    cancel = QCoreApplication.translate("QPlatformTheme", "Cancel")  # of Qt
    assert cancel == ("Cancel" if language is Language.ENGLISH else "Abbrechen")
    assert count_text(7, "frame") in ("7 frames", "7 Aufnahmen")


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (["de-AT", "de", "en-US"], "Nie"),
        (["fr-FR", "de-DE", "en"], "Nie"),
        (["en-GB", "de-DE"], "Never"),
        (["ja-JP"], "Never"),
        (["C"], "Never"),
    ],
)
def test_the_system_chooses_where_the_user_does_not(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, wanted: list[str], spoken: str
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda _: wanted)
    install_language(qapp, Language.SYSTEM)
    assert tr("Never") == spoken


@pytest.mark.usefixtures("restored")
def test_what_the_layers_below_say_is_translated_with_what_is_inside(
    qapp: QApplication, tmp_path: Path
) -> None:
    install_language(qapp, Language.GERMAN)
    nowhere = tmp_path / "gone" / "x.tif"
    full = output_error(nowhere, OSError(errno.ENOSPC, "No space left on device"))
    assert said(full.message) == f"{nowhere} lässt sich nicht schreiben: der Datenträger ist voll."
    assert said(full.said).endswith("ist voll. " + said(full.hint))
    assert str(full) == f"{nowhere} cannot be written: the disk is full. {full.hint}"
    assert said("A bug said this.") == "A bug said this."
    exposure = Finding(Trouble.EXPOSURE, 1, -1.25)
    (line,) = advice(fake_stack(), [exposure])
    assert said(line).startswith("frame_2.png ist 1.2 EV dunkler als")
