"""The language of the window: Qt's translators, and `tr` for texts outside a class of Qt.

Texts in classes of Qt go through their own `tr`. Texts of the layers below, which know no Qt, are
marked there with `core.message.message` and go through `said` where they are shown.
resources/i18n/README.md tells how a text gets its translation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from focusstack_app.core.assets import resources_dir
from focusstack_app.core.message import Message
from focusstack_app.settings.schema import Language

# Where lupdate files a text that stands in no class.
_CONTEXT = ""
# What stands on the keyboards of macOS; Qt gives menus and shortcuts these by itself.
_KEYS_OF_MAC = (("Strg+", "Ctrl+"), ("Umschalt+", "Shift+"), ("Ctrl+Shift+", "⇧⌘"), ("Ctrl+", "⌘"))


def tr(text: str, comment: str = "", n: int = -1) -> str:
    """A text in the language of the window.

    Args:
        text: English; a literal here, or marked where it stands.
        comment: Tells equal texts apart that are translated differently.
        n: Replaces "%n" and chooses between singular and plural.
    """
    return QCoreApplication.translate(_CONTEXT, text, comment, n)


def said(text: str) -> str:
    """What a layer below has to say, in the language of the window.

    Args:
        text: Translated where it is a `Message`, also inside of others; else as it is.
    """
    if not isinstance(text, Message):
        return text
    values = {name: said(v) if isinstance(v, str) else v for name, v in text.values.items()}
    return Message(tr(text.template), values)


def number_text(value: float, decimals: int) -> str:
    """A number as the language writes it: "1.4", "1,4"."""
    return QLocale().toString(value, "f", decimals)


def i18n_dir() -> Path:
    """Folder of the translations."""
    return resources_dir() / "i18n"


def install_language(app: QApplication, language: Language) -> None:
    """Translate what is shown from now on; windows that are open stay as they are.

    Numbers and dates follow the language, or the system where it speaks the same.

    Args:
        app: The application.
        language: The choice of the preferences.
    """
    for former in app.findChildren(QTranslator):
        app.removeTranslator(former)
        former.deleteLater()
    name = language or _system_language()
    system = QLocale.system()
    same = language is Language.SYSTEM or QLocale(name).language() == system.language()
    QLocale.setDefault(system if same else QLocale(name))
    ours = _MacTranslator if sys.platform == "darwin" else QTranslator
    of_qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    own = str(i18n_dir())
    for kind, file, folder in ((QTranslator, "qtbase", of_qt), (ours, "focusstack_app", own)):
        translator = kind(app)
        if translator.load(f"{file}_{name}", folder):
            app.installTranslator(translator)


class _MacTranslator(QTranslator):
    """Names keys as macOS does where a text speaks of them."""

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        """A text; None for one that is not ours, which other translators know."""
        found = super().translate(context, text, disambiguation, n)
        text = found or text
        if "Ctrl+" not in text and "Strg+" not in text:
            return found or None  # type: ignore[return-value]  # "" would be taken for the text
        for name, key in _KEYS_OF_MAC:
            text = text.replace(name, key)
        return text


def _system_language() -> str:
    """The first of the user's languages that the window speaks; English where it speaks none."""
    wanted = [name.replace("-", "_").partition("_")[0] for name in QLocale.system().uiLanguages()]
    return next((name for name in wanted if name and name in list(Language)), Language.ENGLISH)
