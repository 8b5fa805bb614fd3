"""Gradle's list of checksums: `python tools/gradle_hashes.py > FILE`, the FILE below.

`android_demo/gradle/verification-metadata.xml` holds the SHA-256 of each library that the catalogue
names for the app and the engine, of the files that Maven has fetched and keeps in its own folder. A
library that Maven does not have is named there as unchecked. Everything else that Gradle resolves
(its plugins, and what they and the libraries bring) is trusted by name; a list of those is Gradle's
own to write.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "android_demo" / "gradle" / "libs.versions.toml"
KEPT = Path(os.environ.get("MAVEN_REPOSITORY", Path.home() / ".m2" / "repository"))
"""Where Maven keeps what it has fetched."""

VERSION = re.compile(r'^(\w+) = "([^"]+)"$', re.MULTILINE)
LIBRARY = re.compile(
    r'^[\w-]+ = \{ module = "([^":]+):([^":]+)"(?:, version\.ref = "(\w+)")? \}$', re.MULTILINE
)


class Library(NamedTuple):
    """What Gradle resolves by these coordinates."""

    group: str
    name: str
    version: str

    @property
    def file(self) -> str:
        """The name of its file; that of Android is an archive of its own kind."""
        kind = "aar" if self.name.endswith("-android") else "jar"
        return f"{self.name}-{self.version}.{kind}"

    @property
    def path(self) -> Path:
        """Where Maven keeps it."""
        return KEPT / self.group.replace(".", "/") / self.name / self.version / self.file


def libraries() -> list[Library]:
    """Return the libraries of the catalogue in order of their names, and Kotlin's own.

    Those without a version have that of a bill of materials among them; JUnit's platform counts
    from 1 where JUnit counts from 5.
    """
    versions, _, named = CATALOGUE.read_text(encoding="utf-8").partition("[libraries]")
    numbers = dict(VERSION.findall(versions))
    found = [Library("org.jetbrains.kotlin", "kotlin-stdlib", numbers["kotlin"])]
    for group, name, key in LIBRARY.findall(named):
        if name == "junit-bom":  # no file but a description
            continue
        junit = numbers["junit"]
        if group == "org.junit.platform":
            junit = f"1{junit.removeprefix('5')}"
        found.append(Library(group, name, numbers[key] if key else junit))
    return sorted(found)


def exactly(*names: str) -> str:
    """Return a regular expression of Java's for all names but these."""
    return f"(?!({'|'.join(name.replace('.', '[.]') for name in names)})$).*"


def trusted(found: list[Library]) -> Iterator[dict[str, str]]:
    """Yield rules that together trust whatever is none of these libraries, or was not fetched."""
    groups = sorted({library.group for library in found})
    yield {"group": exactly(*groups)}
    for group in groups:
        names = sorted(library.name for library in found if library.group == group)
        yield {"group": group.replace(".", "[.]"), "name": exactly(*names)}
    for group, name, version in found:  # the plugins bring versions of their own
        rule = {"group": group.replace(".", "[.]"), "name": name}
        yield {**rule, "version": exactly(version)}
    yield {"file": ".*-(sources|javadoc)[.]jar"}
    for library in found:
        if not library.path.is_file():
            group, name, version = (re.escape(part) for part in library)
            why = "not checked: it was not to be had where this list was made"
            yield {"group": group, "name": name, "version": version, "reason": why}


def lines(found: list[Library]) -> Iterator[str]:
    """Yield the list, line by line."""
    home = "https://schema.gradle.org/dependency-verification"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<!-- Written by tools/gradle_hashes.py; docs/decisions.md says what it covers. -->"
    yield f'<verification-metadata xmlns="{home}">'
    yield "   <configuration>"
    yield "      <verify-metadata>false</verify-metadata>"
    yield "      <verify-signatures>false</verify-signatures>"
    yield "      <trusted-artifacts>"
    for rule in trusted(found):
        attributes = " ".join(f"{key}={quoteattr(value)}" for key, value in rule.items())
        yield f'         <trust {attributes} regex="true"/>'
    yield "      </trusted-artifacts>"
    yield "   </configuration>"
    yield "   <components>"
    for library in found:
        if not library.path.is_file():
            continue
        digest = hashlib.sha256(library.path.read_bytes()).hexdigest()
        group, name, version = map(quoteattr, library)
        yield f"      <component group={group} name={name} version={version}>"
        yield f"         <artifact name={quoteattr(library.file)}>"
        yield f'            <sha256 value="{digest}" origin="as Maven has it"/>'
        yield "         </artifact>"
        yield "      </component>"
    yield "   </components>"
    yield "</verification-metadata>"


def main() -> None:
    """Write to standard output, and say what is missing."""
    found = libraries()
    for library in found:
        if not library.path.is_file():
            kind = library.file.rpartition(".")[2]
            sys.stderr.write(f"note: Maven has no {library.file}, so it is not checked\n")
            sys.stderr.write(f"hint: mvn dependency:get -Dartifact={':'.join([*library, kind])}\n")
    sys.stdout.write("\n".join(lines(found)) + "\n")


if __name__ == "__main__":
    main()
