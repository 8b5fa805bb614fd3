"""Office files as drafts are: changes that are tracked, comments, notes, fields, boxes, charts.

Each is whole enough for LibreOffice.
"""

from __future__ import annotations

from support.documents import zipped

_OFFICE = "http://schemas.openxmlformats.org"
WORD = (
    f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships" '
    f'xmlns:wp="{_OFFICE}/drawingml/2006/wordprocessingDrawing" '
    f'xmlns:a="{_OFFICE}/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    f'xmlns:mc="{_OFFICE}/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    f'xmlns:m="{_OFFICE}/officeDocument/2006/math"'
)
_A = (
    f'xmlns:a="{_OFFICE}/drawingml/2006/main" xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
)
_X = (
    f'xmlns="{_OFFICE}/spreadsheetml/2006/main" '
    f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
)
_WHO = 'w:id="{}" w:author="Jean" w:date="2024-01-01T00:00:00Z"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _run(text: str, style: str = "", tag: str = "t") -> str:
    style = f"<w:rPr>{style}</w:rPr>" if style else ""
    return f'<w:r>{style}<w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def _changed(kind: str, number: int, content: str) -> str:
    return f"<w:{kind} {_WHO.format(number)}>{content}</w:{kind}>"


def _relations(*targets: str) -> str:
    """Return what a part is related to: the kind and the place of each."""
    found = (
        f'<Relationship Id="r{n}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" '
        f'Target="{place}"/>'
        for n, (kind, _, place) in enumerate((t.partition(" ") for t in targets), 1)
    )
    address = f"{_OFFICE}/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{address}">{"".join(found)}</Relationships>'


def _content_types(*parts: tuple[str, str]) -> str:
    found = (
        f'<Override PartName="/{place}" ContentType='
        f'"application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for place, kind in parts
    )
    address = f"{_OFFICE}/package/2006/content-types"
    return (
        f'{_HEAD}<Types xmlns="{address}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{"".join(found)}</Types>'
    )


_BOX = "<w:txbxContent><w:p><w:r><w:t>dans la boîte</w:t></w:r></w:p></w:txbxContent>"
_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF titre </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_PICTURE = (
    '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="900000" '
    'cy="300000"/><wp:docPr id="9" name="Image" descr="{}"/></wp:inline></w:drawing></w:r>'
)
_PARAGRAPHS = (
    _run("Le chat ")
    + _changed("ins", 1, _run("noir ") + _run("et gros ", "<w:b/>"))
    + _changed("del", 2, _run("blanc ", tag="delText"))
    + _run("dort."),
    '<w:moveFromRangeStart w:id="3" w:author="Jean" w:date="2024-01-01T00:00:00Z" w:name="m"/>'
    + _changed("moveFrom", 4, _run("ancien"))
    + '<w:moveFromRangeEnd w:id="3"/>'
    + _run("il reste"),
    '<w:moveToRangeStart w:id="5" w:author="Jean" w:date="2024-01-01T00:00:00Z" w:name="m"/>'
    + _changed("moveTo", 6, _run("nouveau"))
    + '<w:moveToRangeEnd w:id="5"/>',
    _changed("del", 7, _run("rien ne reste", tag="delText")),
    '<w:commentRangeStart w:id="0"/>'
    + _run("un passage")
    + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    + _run(" et sa note")
    + '<w:r><w:footnoteReference w:id="2"/></w:r>',
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline distT="0" distB="0" '
    'distL="0" distR="0"><wp:extent cx="900000" cy="300000"/><wp:docPr id="1" name="Zone 1" '
    'descr="une zone" title="son titre"/><a:graphic><a:graphicData uri='
    '"http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr '
    'txBox="1"/><wps:spPr/><wps:txbx>'
    + _BOX
    + "</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    '</mc:Choice><mc:Fallback><w:pict><v:shape alt="une zone" style="width:90pt;height:30pt">'
    "<v:textbox>"
    + _BOX
    + "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    + _run("autour"),
    _run("voir ") + _FIELD.format(_run("le titre")) + _run(" ici"),
    f'<w:fldSimple w:instr=" REF nom ">{_run("un nom")}</w:fldSimple>' + _run(" connu"),
    f'<w:sdt><w:sdtPr><w:alias w:val="Nom"/></w:sdtPr><w:sdtContent>{_run("un contenu")}'
    "</w:sdtContent></w:sdt>" + _run(" contrôlé"),
    "<w:r><w:t>extra</w:t><w:softHyphen/><w:t>ordinaire, mot</w:t><w:noBreakHyphen/><w:t>clé</w:t>"
    "</w:r>",
    '<w:r><w:t>Un</w:t><w:tab/><w:t>Deux</w:t><w:br w:type="page"/><w:t>Trois</w:t></w:r>',
    f'<w:bdo w:val="ltr">{_run("à droite")}</w:bdo>' + _run(" aussi"),
    _run("soit ") + "<m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath>" + _run(" ou non"),
    '<w:pPr><w:framePr w:dropCap="drop" w:lines="3" w:wrap="around"/></w:pPr>'
    + _run("I", '<w:sz w:val="88"/>'),
    '<w:proofErr w:type="spellStart"/>' + _run("l était ") + _run("une fois", "<w:b/>"),
    f'<w:hyperlink w:anchor="nom" w:tooltip="une infobulle">{_run("un lien")}</w:hyperlink>',
    _run("Gauche")
    + '<w:r><w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/></w:r>'
    + _run("Droite"),
    '<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="un choix" w:value="un code"/>'
    f"</w:dropDownList></w:sdtPr><w:sdtContent>{_run('à choisir')}</w:sdtContent></w:sdt>",
    "<w:r><w:t>Fini.</w:t><w:br/></w:r>" + _PICTURE.format("un logo") + _run("Suite"),
    '<w:r><w:pict><v:shape style="width:90pt;height:30pt"><v:textpath string="un filigrane"/>'
    "</v:shape></w:pict></w:r>",
    "<w:r><w:rPr><w:b/></w:rPr><w:t></w:t></w:r>" + _run("un vide"),
)
_TABLE = (
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p>{}</w:p>{}<w:p/></w:tc>"
    "</w:tr></w:tbl>"
)
_BODY = "".join(f"<w:p>{content}</w:p>" for content in _PARAGRAPHS) + _TABLE.format(
    _run("une cellule"), _TABLE.format(_run("dans une autre"), "")
)
_MAIN = "wordprocessingml."
DOCX = {
    "[Content_Types].xml": _content_types(
        ("word/document.xml", _MAIN + "document.main"),
        ("word/styles.xml", _MAIN + "styles"),
        ("word/numbering.xml", _MAIN + "numbering"),
        ("word/comments.xml", _MAIN + "comments"),
        ("word/footnotes.xml", _MAIN + "footnotes"),
        ("word/header1.xml", _MAIN + "header"),
        ("word/charts/chart1.xml", "drawingml.chart"),
    ),
    "_rels/.rels": _relations("officeDocument word/document.xml"),
    "word/_rels/document.xml.rels": _relations(
        "styles styles.xml",
        "comments comments.xml",
        "footnotes footnotes.xml",
        "header header1.xml",
        "numbering numbering.xml",
    ),
    "word/document.xml": (
        f'{_HEAD}<w:document {WORD}><w:body>{_BODY}<w:sectPr><w:headerReference w:type="default" '
        'r:id="r4"/></w:sectPr></w:body></w:document>'
    ),
    "word/styles.xml": (
        f'<w:styles {WORD}><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="fr-FR" '
        'w:eastAsia="ja-JP"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>'
    ),
    "word/numbering.xml": (
        f'<w:numbering {WORD}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val='
        '"decimal"/><w:lvlText w:val="article %1 –"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val='
        '"decimal"/><w:lvlText w:val="%1.%2"/></w:lvl><w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/>'
        '<w:lvlText w:val="o"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val='
        '"0"/></w:num></w:numbering>'
    ),
    "word/comments.xml": (
        f"<w:comments {WORD}><w:comment {_WHO.format(0)}><w:p>{_run('un avis')}</w:p></w:comment>"
        "</w:comments>"
    ),
    "word/footnotes.xml": (
        f'<w:footnotes {WORD}><w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r>'
        f"{_run(' une note')}</w:p></w:footnote></w:footnotes>"
    ),
    "word/header1.xml": f"<w:hdr {WORD}><w:p>{_run('un en-tête')}</w:p></w:hdr>",
    "word/charts/chart1.xml": (
        f'<c:chartSpace xmlns:c="{_OFFICE}/drawingml/2006/chart" {_A}><c:chart><c:title><c:tx>'
        "<c:rich><a:p><a:r><a:t>les ventes</a:t></a:r></a:p></c:rich></c:tx></c:title></c:chart>"
        '<c:cat><c:strRef><c:f>Feuille!A1</c:f><c:strCache><c:pt idx="0"><c:v>un mois</c:v></c:pt>'
        "</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>Standard"
        '</c:formatCode><c:pt idx="0"><c:v>12.5</c:v></c:pt></c:numCache></c:numRef></c:val>'
        "</c:chartSpace>"
    ),
}


def _said(text: str, style: str = "") -> str:
    return f'<a:r><a:rPr lang="fr-FR"{style}/><a:t>{text}</a:t></a:r>'


def _shape(number: int, *paragraphs: str) -> str:
    inside = "".join(f"<a:p>{content}</a:p>" for content in paragraphs)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="Titre {number}" descr="une forme"/>'
        "<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>"
        f"{inside}</p:txBody></p:sp>"
    )


_P = f'{_A} xmlns:p="{_OFFICE}/presentationml/2006/main"'
_TREE = (
    '<p:cSld name="Diapo"><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
    "</p:nvGrpSpPr><p:grpSpPr/>{}</p:spTree></p:cSld>"
)
_LINK = '<a:hlinkClick r:id="" action="ppaction://hlinkshowjump?jump=nextslide" tooltip="va là"/>'
_SLIDE = (
    _shape(2, _said("un ") + _said("titre", ' b="1"') + "<a:br/>" + _said("long"))
    + _shape(7, f'<a:r><a:rPr lang="fr-FR">{_LINK}</a:rPr><a:t>un lien</a:t></a:r>')
    + '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="3" name="Groupe"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
    f"<p:grpSpPr/>{_shape(4, _said('dans un groupe'))}</p:grpSp><p:graphicFrame>"
    '<p:nvGraphicFramePr><p:cNvPr id="5" name="T"/><p:cNvGraphicFramePr/><p:nvPr/>'
    f'</p:nvGraphicFramePr><p:xfrm/><a:graphic><a:graphicData uri="{_OFFICE}/drawingml/2006/table">'
    '<a:tbl><a:tblPr/><a:tblGrid><a:gridCol w="900000"/></a:tblGrid><a:tr h="300000"><a:tc>'
    f"<a:txBody><a:bodyPr/><a:p>{_said('une cellule')}</a:p></a:txBody></a:tc></a:tr></a:tbl>"
    "</a:graphicData></a:graphic></p:graphicFrame>"
    + _shape(
        6,
        '<a:fld id="{1}" type="slidenum"><a:rPr lang="fr-FR"/><a:t>N°</a:t></a:fld>',
        _said("fait le ") + '<a:fld id="{2}" type="datetime"><a:t>4 mai</a:t></a:fld>',
    )
)
PPTX = {
    "[Content_Types].xml": _content_types(
        ("ppt/presentation.xml", "presentationml.presentation.main"),
        ("ppt/slides/slide1.xml", "presentationml.slide"),
        ("ppt/notesSlides/notesSlide1.xml", "presentationml.notesSlide"),
        ("ppt/diagrams/data1.xml", "drawingml.diagramData"),
        ("ppt/slideMasters/slideMaster1.xml", "presentationml.slideMaster"),
        ("ppt/comments/comment1.xml", "presentationml.comments"),
    ),
    "_rels/.rels": _relations("officeDocument ppt/presentation.xml"),
    "ppt/_rels/presentation.xml.rels": _relations("slide slides/slide1.xml"),
    "ppt/presentation.xml": (
        f'<p:presentation {_P}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst><p:sldSz '
        'cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    ),
    "ppt/slides/slide1.xml": f"<p:sld {_P}>{_TREE.format(_SLIDE)}</p:sld>",
    "ppt/notesSlides/notesSlide1.xml": (
        f"<p:notes {_P}>{_TREE.format(_shape(2, _said('une note')))}</p:notes>"
    ),
    "ppt/diagrams/data1.xml": (
        f'<dgm:dataModel xmlns:dgm="{_OFFICE}/drawingml/2006/diagram" {_A}><dgm:ptLst><dgm:pt>'
        f"<dgm:t><a:p>{_said('une étape')}</a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    ),
}
PPTX |= {
    "ppt/slideMasters/slideMaster1.xml": (
        f"<p:sldMaster {_P}>"
        + _TREE.format(
            _shape(2, _said("cliquez ici")).replace(
                "<p:nvPr/>", '<p:nvPr><p:ph type="title"/></p:nvPr>'
            )
            + _shape(3, _said("notre société"))
        )
        + "</p:sldMaster>"
    ),
    "ppt/comments/comment1.xml": (
        f'<p:cmLst {_P}><p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>un avis</p:text>'
        "</p:cm></p:cmLst>"
    ),
}
XLSX = {
    "[Content_Types].xml": _content_types(
        ("xl/workbook.xml", "spreadsheetml.sheet.main"),
        ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"),
        ("xl/sharedStrings.xml", "spreadsheetml.sharedStrings"),
        ("xl/comments1.xml", "spreadsheetml.comments"),
        ("xl/drawings/drawing1.xml", "drawing"),
    ),
    "_rels/.rels": _relations("officeDocument xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": _relations(
        "worksheet worksheets/sheet1.xml", "sharedStrings sharedStrings.xml"
    ),
    "xl/worksheets/_rels/sheet1.xml.rels": _relations("comments ../comments1.xml"),
    "xl/workbook.xml": (
        f'<workbook {_X}><sheets><sheet name="Feuille un" sheetId="1" r:id="r1"/></sheets>'
        "<definedNames><definedName name=\"Prix\">'Feuille un'!$A$1</definedName></definedNames>"
        "</workbook>"
    ),
    "xl/sharedStrings.xml": (
        f"<sst {_X}><si><t>une chaise</t></si><si><r><t>un </t></r><r><rPr><b/></rPr><t>mot</t></r>"
        '</si><si><t xml:space="preserve"> deux\nlignes </t></si><si><t>Article</t></si></sst>'
    ),
    "xl/worksheets/sheet1.xml": (
        f'<worksheet {_X}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c><c r="C1" t="str"><f>IF(A1="oui","bon","rien")</f>'
        '<v>rien</v></c><c r="D1" t="inlineStr"><is><t>en ligne</t></is></c>'
        '<c r="E1" t="s"><v>2</v></c></row></sheetData><dataValidations count="1"><dataValidation '
        'type="list" sqref="A1" promptTitle="un choix" prompt="choisir ici" errorTitle='
        '"une erreur" error="à refaire"><formula1>"oui,non"</formula1></dataValidation>'
        '</dataValidations><hyperlinks><hyperlink ref="A1" location="B1" tooltip="aller là" '
        'display="une chaise"/></hyperlinks><headerFooter>'
        "<oddHeader>&amp;L&amp;&quot;Arial,Gras&quot;ma société&amp;Cun &amp;&amp; "
        "deux&amp;Rpage &amp;P de &amp;N</oddHeader><oddFooter>&amp;D</oddFooter></headerFooter>"
        "</worksheet>"
    ),
    "xl/comments1.xml": (
        f'<comments {_X}><authors><author>Jean</author></authors><commentList><comment ref="A1" '
        'authorId="0"><text><r><t>un avis</t></r></text></comment></commentList></comments>'
    ),
    "xl/threadedComments/threadedComment1.xml": (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
        'threadedcomments"><threadedComment ref="A1" id="{1}"><text>une réponse</text>'
        "</threadedComment></ThreadedComments>"
    ),
    "xl/pivotCache/pivotCacheDefinition1.xml": (
        f'<pivotCacheDefinition {_X}><cacheFields><cacheField name="Article"/></cacheFields>'
        "</pivotCacheDefinition>"
    ),
    "xl/drawings/drawing1.xml": (
        f'<xdr:wsDr xmlns:xdr="{_OFFICE}/drawingml/2006/spreadsheetDrawing" {_A}><xdr:sp>'
        f"<xdr:txBody><a:p>{_said('une zone')}</a:p></xdr:txBody></xdr:sp></xdr:wsDr>"
    ),
}
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
ODF = (
    f'xmlns:office="{_OPEN}:office:1.0" xmlns:text="{_OPEN}:text:1.0" '
    f'xmlns:draw="{_OPEN}:drawing:1.0" xmlns:table="{_OPEN}:table:1.0" '
    f'xmlns:presentation="{_OPEN}:presentation:1.0" xmlns:style="{_OPEN}:style:1.0" '
    f'xmlns:svg="{_OPEN}:svg-compatible:1.0" '
    f'xmlns:fo="{_OPEN}:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"'
)
_CHANGE = "<office:change-info><dc:creator>Jean</dc:creator><dc:date>2024-01-01T00:00:00</dc:date>"
_TEXT = (
    '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion>'
    f"{_CHANGE}</office:change-info><text:p>texte supprimé</text:p></text:deletion>"
    '</text:changed-region><text:changed-region text:id="c2"><text:insertion>'
    f"{_CHANGE}</office:change-info></text:insertion></text:changed-region></text:tracked-changes>",
    '<text:p>le chat <text:change-start text:change-id="c2"/>noir <text:change-end text:change-id='
    '"c2"/><text:change text:change-id="c1"/>dort</text:p>',
    '<text:p>un<text:s text:c="3"/>mot<text:tab/>Deux<text:line-break/>Trois</text:p>',
    '<text:p>un texte<text:note text:note-class="footnote"><text:note-citation>a'
    "</text:note-citation><text:note-body><text:p>la note</text:p></text:note-body></text:note>"
    " et sa suite</text:p>",
    '<text:p>un <office:annotation office:name="n"><dc:creator>Jean</dc:creator><text:p>un avis'
    '</text:p></office:annotation>passage<office:annotation-end office:name="n"/> ici</text:p>',
    '<text:p><draw:frame draw:name="Image"><draw:text-box><text:p>en boîte</text:p></draw:text-box>'
    "<svg:title>son titre</svg:title><svg:desc>une zone</svg:desc></draw:frame>autour</text:p>",
    '<text:p><text:a xlink:href="#x" office:title="une infobulle">un lien</text:a> selon '
    '<text:bibliography-mark text:identifier="D">[D]</text:bibliography-mark> et fin</text:p>',
    "<text:list><text:list-item><text:p>un point</text:p></text:list-item></text:list><table:table "
    'table:name="Table"><table:table-column/><table:table-row><table:table-cell><text:p>une cellule'
    "</text:p></table:table-cell></table:table-row></table:table>",
)
ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": (
        f'<manifest:manifest xmlns:manifest="{_OPEN}:manifest:1.0" manifest:version="1.2">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type='
        '"application/vnd.oasis.opendocument.text"/><manifest:file-entry manifest:full-path='
        '"content.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path='
        '"styles.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path='
        '"Object 1/" manifest:media-type="application/vnd.oasis.opendocument.chart"/>'
        '<manifest:file-entry manifest:full-path="Object 1/content.xml" manifest:media-type='
        '"text/xml"/></manifest:manifest>'
    ),
    "content.xml": (
        f"{_HEAD}<office:document-content {ODF}><office:body><office:text>{''.join(_TEXT)}"
        "</office:text></office:body></office:document-content>"
    ),
    "styles.xml": (
        f"<office:document-styles {ODF}><office:styles><style:default-style style:family="
        '"paragraph"><style:text-properties fo:language="fr" fo:country="FR"/>'
        "</style:default-style><text:outline-style><text:outline-level-style text:level="
        '"1" style:num-prefix="chapitre " style:num-format="1"/></text:outline-style>'
        "</office:styles><office:master-styles><style:master-page style:name="
        '"Standard"><draw:frame presentation:placeholder="true"><draw:text-box><text:p>cliquez ici'
        "</text:p></draw:text-box></draw:frame></style:master-page></office:master-styles>"
        "</office:document-styles>"
    ),
    "Object 1/content.xml": (
        f"<office:document-content {ODF}><text:p>les ventes</text:p></office:document-content>"
    ),
}
DRAFTS = {
    "docx": (
        DOCX,
        [
            *("Le chat noir et gros dort.", "il reste", "nouveau", "un passage et sa note"),
            *("une zone", "son titre", "dans la boîte", "une zone", "dans la boîte", "autour"),
            *("voir le titre ici", "un nom connu", "un contenu contrôlé"),
            *("extraordinaire, mot-clé", "Un", "Deux", "Trois", "à droite aussi", "soit ou non"),
            *("Il était une fois", "une infobulle", "un lien", "Gauche", "Droite", "un choix"),
            *("à choisir", "un logo", "Fini.", "Suite", "un filigrane", "un vide"),
            *("une cellule", "dans une autre", "article {0} –", "un avis", "une note"),
            "un en-tête",
            *("les ventes", "un mois"),
        ],
    ),
    "pptx": (
        PPTX,
        [
            *("une forme", "un titre long", "une forme", "va là", "un lien"),
            *("une forme", "dans un groupe", "une cellule", "une forme", "fait le"),
            *("une forme", "une note", "une étape", "une forme", "notre société", "un avis"),
        ],
    ),
    "xlsx": (
        XLSX,
        [
            *("une chaise", "un mot", "deux\nlignes", "en ligne", "un choix", "choisir ici"),
            *("une erreur", "à refaire", "aller là", "ma société", "un & deux"),
            *("page {0} de {1}", "un avis", "une réponse", "une zone"),
        ],
    ),
    "opendocument": (
        ODT,
        [
            *("le chat noir dort", "un mot", "Deux", "Trois", "la note", "un texte et sa suite"),
            *("un avis", "un passage ici", "en boîte", "son titre", "une zone", "autour"),
            *("une infobulle", "un lien selon {0} et fin"),
            *("un point", "une cellule", "chapitre", "les ventes"),
        ],
    ),
}
"""Of each format the parts of a draft, and what a reader sees of it."""
FILES = {name: zipped(parts) for name, (parts, _) in DRAFTS.items()}
