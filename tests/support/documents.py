"""Documents for the tests: a sample and the fragments of each format, and a translator to see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from allez.documents.document import Document
from allez.results import Hypothesis, Sentence, Translation
from allez.text.markup import Marked
from allez.translate.alignment import units


def upper(text: str) -> str:
    """Capitals, as long as the text was; what is to be copied stays."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def uppercased(document: Document) -> bytes:
    """Return a document of which every segment is in capitals, its marks where they were."""
    return document.render(
        [Marked(upper(s.source.text), s.source.marks) for s in document.segments]
    )


def unchanged(document: Document) -> bytes:
    """Return a document whose translation is the source."""
    return document.render([segment.source for segment in document.segments])


class WordByWord:
    """A translator that makes of each word another one, at the same place, and attends to it.

    Args:
        words: what becomes of a word; None: capitals.
        backwards: the words of a sentence come out in the opposite order.
        dropped: these words are left out.
    """

    def __init__(
        self,
        words: dict[str, str] | None = None,
        *,
        backwards: bool = False,
        dropped: Iterable[str] = (),
    ) -> None:
        self.words, self.backwards, self.dropped = words, backwards, frozenset(dropped)

    def translate_batch(self, texts: Iterable[str], **options: Any) -> Iterator[Translation]:
        return (self.translate(text) for text in texts)

    def translate(self, text: str) -> Translation:
        """Translate a text; as for any translator, sentences end with their lines."""
        position, answers, sentences = 0, [], []
        for line in text.split("\n"):
            one = self._line(line)
            answers.append(one.text)
            for sentence in one.sentences:
                spans = ((a + position, b + position) for a, b in sentence.source_spans)
                place = {"start": position, "end": position + len(line)}
                sentences.append(replace(sentence, source_spans=tuple(spans), **place))
            position += len(line) + 1
        return Translation(source=text, texts=("\n".join(answers),), sentences=tuple(sentences))

    def _line(self, text: str) -> Translation:
        found = [text[start:end] for start, end in units(text)]
        if not any(map(str.isalpha, text)):
            return Translation(source=text, texts=(text,), sentences=())
        order = [i for i in range(len(found)) if found[i] not in self.dropped]
        if self.backwards:
            order.reverse()
        tokens = [self._of(found[i]) for i in order]
        attention = np.zeros((len(order), len(found) + 1))
        attention[np.arange(len(order)), order] = 1.0
        answer = " ".join(tokens)
        ends = [len(" ".join(tokens[: i + 1])) for i in range(len(tokens))]
        sentence = Sentence(
            source=text,
            start=0,
            end=len(text),
            source_tokens=(*("▁" + word for word in found), "</s>"),
            source_spans=(*units(text), (len(text), len(text))),
            hypotheses=(
                Hypothesis(
                    text=answer,
                    tokens=tuple("▁" + token for token in tokens),
                    spans=tuple((e - len(t), e) for t, e in zip(tokens, ends, strict=True)),
                    score=-0.5,
                    attention=attention,
                    finished=True,
                ),
            ),
        )
        return Translation(source=text, texts=(answer,), sentences=(sentence,))

    def _of(self, word: str) -> str:
        return upper(word) if self.words is None else self.words.get(word, word)


_TEXTS: dict[str, str] = {
    "text": "Bonjour à tous.\r\n\r\n  Il pleut ;\n12 345\nfin",
    "srt": (
        "1\n00:00:01,000 --> 00:00:02,000\n<i>Je ne sais pas si\non devrait partir.</i>\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n- Tu viens ?\n- Non, merci.\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\n{\\an8}Je pense que la porte\n\n"
        "4\n00:00:07,000 --> 00:00:08,000\nva claquer bientôt.\n"
    ),
    "vtt": (
        "WEBVTT\n\nNOTE premier jet\n\n00:14.167 --> 00:16.083 align:start position:10%\n"
        "Nous sommes &amp; restons ici.\n\n00:17.000 --> 00:19.500\n<v Paul>Où sont les autres ?\n"
    ),
    "html": (
        '<!DOCTYPE html>\n<html lang="fr"><head><title>Accueil &amp; aide</title></head>\n<body>\n'
        "<p>Nous vendons <em>des pommes</em> et\n <strong>des poires</strong>.<br>Fin <code>a b</"
        "code>"
        ' ici.</p>\n<img alt=\'une image\' src=x><p>Voir <a href="prix.html" title="les prix">nos'
        ' prix</a> &lt; 10&nbsp;&euro;.</p>\n<script>var a = "bonjour";</script>\n</body></html>\n'
    ),
    "markdown": (
        "---\ntitle: Mon guide\nlayout: post\n---\n# Guide d'installation #\n\nAvant de commencer, "
        '**sauvegardez** vos *données* avec\n`tar -czf` et ***tout*** le [reste](http://x.y "t")'
        ".\n\n> une citation qui va\n> loin ![une image](a.png) et\nfinit\n\n- [ ] point un\n"
        "- point deux  \n  puis \\*trois\\*\n\n| Option | Effet |\n|---|:-:|\n| `-v` | affiche "
        "**plus** |\n\nTitre\n===\n\n<div>\nbonjour\n</div>\n\nun <b>mot</b> et [un lien][id] "
        '&amp; [^1] :smile:\n\n```bash\nsudo\n```\n\n    code\n\n[id]: http://z "Titre"\n'
    ),
    "json": (
        '{\n  "titre": "Paramètres du compte",\n  "id": "btn-save_2",\n  "msg": "Vous avez {{n}} '
        '\\"messages\\"\\n",\n\t"max": 250, "menu": ["Ouvrir", "Fermer <b>tout</b> '
        '&amp; rien"]\n}\n'
    ),
    "properties": (
        "# Écran d'accueil\r\napp.title=Mon application\r\n btn\\ x : &Annuler\r\n"
        "msg.count=Il reste {0} jours\\\r\n   et l''heure\r\nvide=\r\n! fin"
    ),
    "strings": (
        '/* Écran "un" = "deux"; */\n"quit" = "Quitter l\\\'application";\n'
        'left="Il reste %1$@";\n// x\n'
    ),
    "po": (
        'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        '#: main.c:12\n#, c-format\nmsgid "Supprimer %d fichier ?"\nmsgid_plural ""\n"Supprimer"\n'
        '" %d fichiers ?"\nmsgstr[0] ""\nmsgstr[1] ""\n\nmsgctxt "menu"\n'
        'msgid "_Ouvrir"\nmsgstr ""\n\n'
        'msgid "Un\\nDeux\\n"\nmsgstr ""\n\nmsgid "Oui"\nmsgstr "Yes"\n\n'
        '#~ msgid "Vieux"\n#~ msgstr ""\n'
    ),
    "android": (
        '<?xml version="1.0" encoding="utf-8"?>\n<resources xmlns:xliff="urn:x">\n  <!-- un -->\n'
        '  <string name="quit">Quitter l\\\'application <b>ici</b></string>\n'
        '  <string name="left">Il reste %1$d minutes &amp; plus</string>\n'
        '  <string name="id" translatable="false">rien</string>\n  <string name="g">Salut <xliff:g '
        'id="n">Paul</xliff:g> !</string>\n  <plurals name="p"><item quantity="one">un jour</item>'
        '<item quantity="other">%d jours</item></plurals>\n  '
        '<string name="h"><![CDATA[<i>L\\\'eau</i>'
        "]]></string>\n</resources>\n"
    ),
    "xliff": (
        '<?xml version="1.0"?>\n<xliff version="1.2">\n<file source-language="fr">\n<body>\n'
        '  <trans-unit id="1">\n    <source>Ouvrir le <g id="1">fichier</g> <x id="2"/></source>\n'
        '  </trans-unit>\n  <trans-unit id="2"><source>Oui</source><target>Yes</target>'
        "</trans-unit>\n"
        '  <trans-unit id="3"><source>Fermer</source><target state="new"/></trans-unit>\n'
        "</body></file></xliff>\n"
    ),
    "csv": (
        'id,nom,description,prix\r\n1,Chaise pliante,"Légère, ""solide"" et facile",19.90\r\n'
        '2,Table basse,"Bois massif;\nlivrée",129.00\r\n'
    ),
    "tsv": "ref\tproduit\tstock\nA-104\tLampe de bureau\t12\nB-220\tRideau en lin\t7",
}


def zipped(parts: dict[str, str], *, stored: tuple[str, ...] = ("mimetype",)) -> bytes:
    """Return a zip of some parts, the same for the same parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(info, text)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the parts of a zip, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_BOLD = "<w:rPr><w:b/></w:rPr>"
DOCX = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<w:document {_W}><w:body>'
        '<w:p w:rsidR="1"><w:pPr><w:jc w:val="left"/></w:pPr><w:r>'
        '<w:t xml:space="preserve">Bonjour '
        f'et </w:t></w:r><w:proofErr/><w:r w:rsidR="2">{_BOLD}<w:t>bienvenue</w:t></w:r><w:r><w:t '
        'xml:space="preserve"> à tous.</w:t></w:r></w:p><w:p><w:r><w:br/><w:t>Le musée</w:t>'
        "<w:tab/>"
        '<w:t>est &amp; fermé</w:t></w:r><w:hyperlink w:id="r1"><w:r><w:t> ici</w:t></w:r>'
        "</w:hyperlink>"
        "<w:r><w:footnoteReference/></w:r></w:p><w:p><w:r><w:pict><w:txbxContent><w:p><w:r>"
        "<w:t>dans la "
        "boîte</w:t></w:r></w:p></w:txbxContent></w:pict></w:r><w:r><w:t>autour</w:t></w:r></w:p>"
        "<w:p/></w:body></w:document>"
    ),
    "word/header1.xml": f"<w:hdr {_W}><w:p><w:r><w:t>En-tête</w:t></w:r></w:p></w:hdr>",
    "word/vbaProject.bin": "Bonjour",
}
PPTX = {
    "ppt/presentation.xml": "<p/>",
    "ppt/slides/slide1.xml": (
        f'<p:sld xmlns:p="p" {_A}><a:p><a:pPr/><a:r><a:rPr lang="fr"/><a:t>Un </a:t></a:r>'
        f"<a:r><a:rPr "
        'lang="fr" b="1"/><a:t>titre</a:t></a:r><a:br/><a:r><a:rPr lang="fr"/><a:t>ici</a:t></a:r>'
        "<a:endParaRPr/></a:p></p:sld>"
    ),
}
XLSX = {
    "xl/workbook.xml": "<workbook/>",
    "xl/sharedStrings.xml": (
        '<sst><si><t>Chaise pliante</t></si><si><r><t xml:space="preserve">Un </t></r><r>'
        "<rPr><b/></rPr>"
        "<t>mot</t></r></si><si><t>Nom</t></si><si><t>12</t></si></sst>"
    ),
    "xl/worksheets/sheet1.xml": "<s><c><f>A1</f><v>1</v></c><is><t>direct</t></is></s>",
    "xl/tables/table1.xml": '<table><tableColumn id="1" name="Nom"/></table>',
}
ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": (
        '<office:d xmlns:office="o" xmlns:text="t" xmlns:draw="d"><text:h>Un titre</text:h>'
        "<text:p>Bonjour "
        '<text:span text:style-name="b">à tous</text:span><text:note><text:note-citation>1'
        "</text:note-"
        "citation><text:note-body><text:p>La note</text:p></text:note-body></text:note> et"
        "<text:tab/>"
        "merci <text:date>le 4 mai</text:date>.</text:p><text:p>12</text:p></office:d>"
    ),
    "styles.xml": (
        '<o xmlns:text="t"><text:p>En-tête <text:page-number>1</text:page-number></text:p></o>'
    ),
}
EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": "<container/>",
    "OEBPS/content.opf": (
        '<package xmlns:dc="d" xml:lang="fr"><dc:title>Mon livre</dc:title><dc:language>fr'
        '</dc:language><guide><reference title="La fin" href="c1.xhtml"/></guide></package>'
    ),
    "OEBPS/toc.ncx": (
        '<ncx xml:lang="fr"><docAuthor><text>Jean Petit</text></docAuthor><navLabel><text>Chapitre '
        "un</text></navLabel></ncx>"
    ),
    "OEBPS/a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><text>Une carte</text></svg>',
    "OEBPS/c1.xhtml": (
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        'xml:lang="fr"><head><title>Un</title><script src="a.js"/></head><body><h1 id="a"/>'
        "<p>Il <em>était"
        '</em> une fois<a id="b"/>.</p></body></html>'
    ),
}
PACKAGES = {"docx": DOCX, "pptx": PPTX, "xlsx": XLSX, "opendocument": ODT, "epub": EPUB}
"""The parts of one file of each format that is a zip."""

SAMPLES = {name: text.encode() for name, text in _TEXTS.items()}
SAMPLES |= {name: zipped(parts) for name, parts in PACKAGES.items()}
"""One file of each format, as its name in `formats.FORMATS` is."""

FRAGMENTS: dict[str, list[str]] = {
    "text": ["Bonjour", " ", "\n", "\r\n", "\n\n", "> ", "- ", "1. ", "été", ".", "\t", "-", "12"],
    "srt": [
        *("1\n", "2\n", "00:00:01,000 --> 00:00:02,000\n", "00:00:03,000 --> 00:00:04,000 X1:40\n"),
        *("Bonjour", " tu viens", "\n", "\r\n", "\n\n", "- ", "<i>", "</i>", "<b>", "{\\an8}", "."),
        *("♪ ", "?", "{nom}", "<", "&"),
    ],
    "vtt": [
        *("WEBVTT\n", "NOTE a\n", "00:01.000 --> 00:02.000 align:start\n", "Bonjour", " tu viens"),
        *(
            "\n",
            "\n\n",
            "- ",
            "<i>",
            "</i>",
            "<v Paul>",
            "<00:01.500>",
            "&amp;",
            "&lt;",
            ".",
            "<c.x>",
        ),
    ],
    "html": [
        *(
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<i class=x>",
            "</i>",
            "<br>",
            "<br/>",
            "<img alt='un mot'>",
        ),
        *(
            "Bonjour",
            " le monde",
            " ",
            "\n",
            "&amp;",
            "&nbsp;",
            "&",
            "<",
            ">",
            "<!--",
            "-->",
            "<code>",
        ),
        *(
            "</code>",
            "<script>",
            "</script>",
            "<a href=\"x\" title='ton prix'>",
            "</a>",
            "<sup>1</sup>",
        ),
        *(
            "<pre>",
            "</pre>",
            "<div translate=no>",
            "</div>",
            "<p",
            "'",
            '"',
            "{nom}",
            "é",
            ".",
            "</",
        ),
        *(
            "<!DOCTYPE html>",
            "<?xml?>",
            "<![CDATA[",
            "]]>",
            "<title>",
            "</title>",
            "<td>",
            "<ul><li>",
        ),
    ],
    "markdown": [
        *("# ", "## ", "> ", "- ", "1. ", "    ", "```\n", "`", "``", "*", "**", "_", "__", "~~"),
        *(
            "](x)",
            "![",
            "|",
            "|-|-|\n",
            "\n",
            "\n\n",
            "  \n",
            "\\",
            "<b>",
            "</b>",
            "<",
            "&amp;",
            "[",
        ),
        *(
            " le monde",
            "été",
            "===\n",
            "---\n",
            "[id]: x\n",
            "[id]",
            "\t",
            "\r\n",
            "<!-- x -->",
            "]",
        ),
        *("- [ ] ", "Bonjour"),
    ],
    "json": [
        *'{}[]:,"',
        '"Bonjour"',
        '"deux mots <b>x</b>"',
        '"a\\n\\u00e9"',
        "12",
        " ",
        "\\",
        "null",
    ],
    "properties": [
        *(
            "a=",
            "b : ",
            "Bonjour",
            " le monde",
            "\n",
            "\r\n",
            "\\",
            "\\\n",
            "\\u00e9",
            "# x",
            "! y",
            " ",
        ),
        *(
            "{0}",
            "''",
            "=",
            ":",
            "\\n",
            "\\ud83d\\ude00",
            "\\ud83d",
            "<b>",
            "</b>",
            "&amp;",
            "&Oui",
            "é",
        ),
    ],
    "strings": ['"a"', " = ", '"Bonjour %@"', ";", "\n", "/* x */", "// y\n", "\\n", '"é\\""', "b"],
    "po": [
        *(
            'msgid "Bonjour"\n',
            'msgid ""\n',
            '"deux %s"\n',
            'msgstr ""\n',
            'msgstr[0] ""\n',
            "#, fuzzy\n",
        ),
        *(
            'msgid_plural "jours"\n',
            'msgctxt "x"\n',
            "\n",
            "#~ x\n",
            '"\\n"\n',
            "\r\n",
            '"',
            "msgid ",
        ),
    ],
    "android": [
        *(
            "<resources>",
            "</resources>",
            "<string name='a'>",
            "</string>",
            "Bonjour",
            " l\\'eau",
            "<b>",
        ),
        *(
            "</b>",
            "<item>",
            "</item>",
            "%1$d",
            "&amp;",
            "<![CDATA[<i>un</i>",
            "]]>",
            "\n",
            "<!-- x -->",
        ),
    ],
    "xliff": [
        *(
            "<xliff>",
            "</xliff>",
            "<trans-unit>",
            "</trans-unit>",
            "<source>",
            "</source>",
            "<target>",
        ),
        *(
            "</target>",
            "Bonjour",
            " le ",
            "<g id='1'>",
            "</g>",
            "<x id='2'/>",
            "<ph>x</ph>",
            "<target/>",
        ),
        *("<segment>", "</segment>", "<source/>", "\n", "&lt;", "<bpt>b</bpt>"),
    ],
    "csv": [
        ",",
        ";",
        "\n",
        "\r\n",
        '"',
        '""',
        "Bonjour",
        " le monde",
        "12",
        "a",
        '"un, deux"',
        "é",
        "|",
    ],
    "tsv": ["\t", "\n", "\r\n", '"', "Bonjour", " le monde", "12", "a", '"un\tdeux"'],
}
"""What files of each format, right and broken ones, are made of."""
