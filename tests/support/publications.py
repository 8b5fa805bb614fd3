"""Documents as people have them, whole enough for the programs that such files are for."""

from __future__ import annotations

from support.documents import zipped

PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Guide du musée</title>
<meta name="description" content="tout sur le musée"></head><body>
<h1>Guide du musée</h1>
<p>Bonjour et <b>bienvenue</b> à <i>tous les <b>visiteurs</b></i>, voir
<a href="http://exemple.fr/prix?a=1&amp;b=2" title="les prix">nos prix</a>.</p>
<ul><li>Ouvert le <u>mardi</u></li><li>Fermé le lundi &amp; en février
<ul><li>sauf le matin</li></ul></li></ul>
<table border="1"><tr><th>Salle</th><th>Tableau</th></tr>
<tr><td>12</td><td>La <b>liberté</b> guidant le peuple</td></tr></table>
<p>Première ligne<br>Deuxième ligne<br>et la suite</p>
</body></html>
""".encode()

_FLAT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<office:document office:version="1.2" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
    'office:mimetype="application/vnd.oasis.opendocument.{kind}"><office:automatic-styles>'
    '<style:style style:name="B" style:family="text"><style:text-properties '
    'fo:font-weight="bold"/></style:style></office:automatic-styles><office:body>{body}'
    "</office:body></office:document>"
)


def _box(content: str, y: int) -> str:
    return (
        f'<draw:frame svg:x="2cm" svg:y="{y}cm" svg:width="20cm" svg:height="3cm">'
        f"<draw:text-box>{content}</draw:text-box></draw:frame>"
    )


_BOLD = '<text:span text:style-name="B">'
_END = "</text:span>"
SLIDES = _FLAT.format(
    kind="presentation",
    body='<office:presentation><draw:page draw:name="page1">'
    + _box(f"<text:p>Visite {_BOLD}guidée{_END} du musée</text:p>", 2)
    + _box(
        "<text:list><text:list-item><text:p>Premier point</text:p></text:list-item><text:list-item>"
        "<text:p>Le deuxième &amp; dernier</text:p></text:list-item></text:list>",
        6,
    )
    + "<presentation:notes>"
    + _box("<text:p>Ne pas oublier la note</text:p>", 12)
    + "</presentation:notes></draw:page></office:presentation>",
).encode()


def _row(*cells: str) -> str:
    inside = "".join(
        f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        if cell.isdigit()
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
        "</table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row>{inside}</table:table-row>"


SHEET = _FLAT.format(
    kind="spreadsheet",
    body='<office:spreadsheet><table:table table:name="Feuille1">'
    + _row("nom", "description", "prix")
    + _row("Chaise pliante", f"Légère et {_BOLD}solide{_END}", "19")
    + _row("Table basse", "Bois massif &amp; verre", "129")
    + "</table:table></office:spreadsheet>",
).encode()

XLIFF_1 = b"""<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a.html" source-language="fr" datatype="html"><body>
  <trans-unit id="1">
    <source>Ouvrir le <g id="1">fichier <g id="2">secret</g></g> <x id="3"/> ici</source>
    <note>un bouton</note>
  </trans-unit>
  <trans-unit id="2"><source>Il reste <ph id="1">%d</ph> jours</source><target/></trans-unit>
  <trans-unit id="3"><source>Fermer</source><target state="new">Fermer</target></trans-unit>
  <group id="g"><trans-unit id="4" xml:space="preserve">
    <source xml:lang="fr">Cliquez <bpt id="1">&lt;b></bpt>ici<ept id="1">&lt;/b></ept>.</source>
    <alt-trans><source>Cliquez</source><target>Click</target></alt-trans>
  </trans-unit></group>
  <trans-unit id="5"><source>Un. Deux.</source><seg-source><mrk mtype="seg" mid="1">Un.</mrk> <mrk
 mtype="seg" mid="2">Deux.</mrk></seg-source><context-group purpose="x-a"><context
 context-type="x-place">menu</context></context-group></trans-unit>
</body></file></xliff>
"""

XLIFF_2 = b"""<?xml version="1.0" encoding="UTF-8"?>
<xliff version="2.0" srcLang="fr" trgLang="en" xmlns="urn:oasis:names:tc:xliff:document:2.0">
<file id="f"><unit id="1"><segment><source>Un <pc id="1">mot</pc> et <ph id="2"/></source></segment>
<segment state="initial"><source>La fin.</source></segment></unit>
<unit id="2"><notes><note>un bouton</note></notes>
<originalData><data id="d">[b]</data></originalData>
<segment id="s" state='initial'>
  <source xml:lang="fr">Un <sc id="3" dataRef="d"/>mot<ec startRef="3"/></source>
  <target/>
</segment><ignorable><source> </source></ignorable></unit></file></xliff>
"""

_PACKAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" '
    'version="3.0" unique-identifier="id" xml:lang="fr"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:uuid:'
    "0b4a3c5e-6f0d-4a53-9d53-2f6f0d6d1c11</dc:identifier><dc:title>Mon livre</dc:title>"
    '<dc:language>fr</dc:language><meta property="dcterms:modified">2024-01-01T00:00:00Z</meta>'
    '</metadata><manifest><item id="n" href="nav.xhtml" properties="nav" '
    'media-type="application/xhtml+xml"/><item id="c" href="c1.xhtml" '
    'media-type="application/xhtml+xml"/><item id="t" href="toc.ncx" '
    'media-type="application/x-dtbncx+xml"/></manifest><spine toc="t"><itemref idref="c"/></spine>'
    "</package>"
)
_XHTML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html '
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="fr" '
    'xml:lang="fr"><head><title>{title}</title></head><body>{body}</body></html>'
)

BOOK = zipped(
    {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<?xml version="1.0"?><container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
            'full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>"
        ),
        "OEBPS/content.opf": _PACKAGE,
        "OEBPS/nav.xhtml": _XHTML.format(
            title="Sommaire",
            body='<nav epub:type="toc"><ol><li><a href="c1.xhtml#a">Chapitre un</a></li></ol>'
            "</nav>",
        ),
        "OEBPS/toc.ncx": (
            '<?xml version="1.0" encoding="UTF-8"?><ncx version="2005-1" '
            'xmlns="http://www.daisy.org/z3986/2005/ncx/"><head><meta name="dtb:uid" '
            'content="urn:uuid:0b4a3c5e-6f0d-4a53-9d53-2f6f0d6d1c11"/></head><docTitle><text>Mon '
            'livre</text></docTitle><navMap><navPoint id="p"><navLabel><text>Chapitre un</text>'
            '</navLabel><content src="c1.xhtml"/></navPoint></navMap></ncx>'
        ),
        "OEBPS/c1.xhtml": _XHTML.format(
            title="Chapitre un",
            body='<h1 id="a">Chapitre un</h1><p>Il <em>était</em> une fois<a id="b"></a> un '
            "château, avec <code>le code</code> et l'eau.</p><ul><li>un &amp; deux</li></ul>",
        ),
    }
)
