"""The lines of a Markdown text, and where the content of its blocks stands in them."""

from __future__ import annotations

from allez.documents.markdown_boxes import unindented


class Lines:
    """The lines of a text from `start` on."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.starts: list[int] = []
        self.lines: list[str] = []
        position = start
        for line in text[start:].split("\n"):
            self.starts.append(position)
            self.lines.append(line.rstrip("\r"))
            position += len(line) + 1
        self.normalized = "\n".join(unindented(self.lines))
        self.cells: dict[int, int] = {}
        """How far the cells of a table's row have been found."""

    def start_of(self, number: int) -> int:
        """Return where a line begins, the end of the text for one behind it."""
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def spelled(self, number: int, content: str) -> str:
        """Return a cell as it stands in its row: a bar within it is escaped there."""
        if "|" not in content or number >= len(self.lines):
            return content
        spelled = content.replace("|", "\\|")
        line, low = self.lines[number], self.cells.get(number, 0)
        return spelled if line.find(content, low) < 0 <= line.find(spelled, low) else content

    def find(self, number: int, content: str) -> int:
        """Return where a line of a block's content stands in the text; -1 if it is not there."""
        if number >= len(self.lines):
            return -1
        at = self.lines[number].find(content, self.cells.get(number, 0))
        if at < 0:
            return -1
        self.cells[number] = at + len(content)
        return self.starts[number] + at
