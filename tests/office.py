"""Real LibreOffice and Chromium for tests, or a skip that says what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.exports import pdf

SOFFICE = shutil.which("soffice")


def missing(says: str) -> None:
    """Skip a test for want of a program, saying how to get it; where CI=true that is a failure."""
    pytest.fail(says) if os.environ.get("CI") == "true" else pytest.skip(says)


def browser() -> str:
    """The browser that prints pages, or a skip."""
    if (found := pdf.browser()) is None:
        missing("Không có Chromium. Cài bằng: apt-get install chromium")
    return str(found)


def printed(file: Path, target: Path) -> list[str]:
    """The text of each page of a document or workbook as LibreOffice prints it."""
    return text_of(recalculated(file, target, "pdf")).split("\f")[:-1]


def text_of(file: Path) -> str:
    """The text of a PDF, its columns kept apart by spaces and its pages by form feeds."""
    if shutil.which("pdftotext") is None:
        missing("Không có pdftotext. Cài bằng: apt-get install poppler-utils")
    read = subprocess.run(["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, timeout=60)
    return read.stdout.decode()


def recalculated(file: Path, target: Path, kind: str = "xlsx") -> Path:
    """Open a workbook in LibreOffice, let it recalculate, and save it as `kind` in the folder `target`.

    Skips the test where LibreOffice is not installed; fails there if CI=true.
    """
    return all_recalculated([file], target, kind)[0]


def all_recalculated(files: list[Path], target: Path, kind: str) -> list[Path]:
    """The same of several workbooks, in one go."""
    if SOFFICE is None:
        missing("Không có LibreOffice (soffice). Cài bằng: apt-get install libreoffice-calc libreoffice-writer")
    target.mkdir(parents=True, exist_ok=True)
    profile = f"-env:UserInstallation=file://{target.parent / 'profile'}"
    subprocess.run(
        [SOFFICE, "--headless", profile, "--convert-to", kind, "--outdir", str(target), *map(str, files)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return [target / f"{file.stem}.{kind}" for file in files]


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Lock" script:language="StarBasic">
Sub Save
  Dim book, hidden(0) As New com.sun.star.beans.PropertyValue, how(1) As New com.sun.star.beans.PropertyValue
  Dim key(1) As New com.sun.star.beans.NamedValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL("{file}", "_blank", 0, hidden())
  how(0).Name = "FilterName" : how(1).Name = "Password" : how(1).Value = "{password}"
  how(0).Value = "MS Excel 97" : book.storeToURL("{target}/locked.xls", how())
  how(0).Value = "calc8" : book.storeToURL("{target}/locked.ods", how())
  key(0).Name = "CryptoType" : key(0).Value = "Standard"
  key(1).Name = "OOXPassword" : key(1).Value = "{password}"
  how(1).Name = "EncryptionData" : how(1).Value = key()
  how(0).Value = "Calc MS Excel 2007 XML" : book.storeToURL("{target}/locked.xlsx", how())
  book.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Lock"/></library:library>
"""


def locked(file: Path, target: Path, password: str = "abc") -> list[Path]:
    """The workbook saved by LibreOffice under a password, as .xls, .ods and .xlsx, in the folder `target`.

    Skips the test where LibreOffice is not installed; fails there if CI=true.
    """
    recalculated(file, target)  # makes the profile
    profile = target.parent / "profile"
    library = profile / "user/basic/Standard"
    library.mkdir(parents=True, exist_ok=True)
    macro = MACRO.format(file=file.as_uri(), target=target.as_uri(), password=password)
    (library / "Lock.xba").write_text(macro, encoding="utf-8")
    (library / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    subprocess.run(
        [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{profile}", "macro:///Standard.Lock.Save"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return sorted(target.glob("locked.*"))
