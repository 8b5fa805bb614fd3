"""Subtitles: cues and times stay, sentences that go over several are one."""

from __future__ import annotations

import pytest

from allez.documents import subtitles
from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.documents import WordByWord, uppercased


def srt(*cues: str) -> bytes:
    times = "00:00:0{0},000 --> 00:00:0{0},900"
    return "".join(
        f"{i}\n{times.format(i)}\n{cue}\n\n" for i, cue in enumerate(cues, start=1)
    ).encode()


def texts(data: bytes) -> list[str]:
    return [segment.source.text for segment in subtitles.parse_srt(data).segments]


def test_lines_of_a_cue_are_one_sentence_and_as_many_lines_again() -> None:
    data = srt("Il est trop tard pour\nprendre le dernier train.")
    assert texts(data) == ["Il est trop tard pour prendre le dernier train."]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "IL EST TROP TARD POUR\nPRENDRE LE DERNIER TRAIN."
    )


def test_speakers_keep_their_lines_and_dashes() -> None:
    data = srt("- Tu viens ?\n- Non, merci.")
    assert texts(data) == ["Tu viens ?", "Non, merci."]
    assert uppercased(subtitles.parse_srt(data)) == srt("- TU VIENS ?\n- NON, MERCI.")


def test_who_answers_on_the_same_line_is_another_speaker() -> None:
    data = srt("- Tu viens ? - Non, pas encore.", "Un mot - un autre.")
    assert texts(data) == ["Tu viens ?", "Non, pas encore.", "Un mot - un autre."]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "- TU VIENS ? - NON, PAS ENCORE.", "UN MOT - UN AUTRE."
    )


def test_lines_that_begin_something_new_stay_apart() -> None:
    assert texts(srt("Arrête-toi !\nTout de suite !")) == ["Arrête-toi !", "Tout de suite !"]
    assert texts(srt("AÉROPORT DE NICE\n10 ans plus tard")) == [
        "AÉROPORT DE NICE",
        "10 ans plus tard",
    ]
    assert texts(srt("PIERRE (off)\nJe me souviens.")) == ["PIERRE (off)", "Je me souviens."]
    verses = texts(srt("♪ Une chanson s'envole\nElle est née ici ♪"))
    assert [verse.strip() for verse in verses] == ["Une chanson s'envole", "Elle est née ici"]


def test_notes_keep_their_distance() -> None:
    for cue in ("♪ un mot ♪", "<i>♪ un mot ♪</i>", "{\\an8}♪♪ un mot♪", "♪ <i>un mot</i> ♪"):
        data = srt(cue)
        assert texts(data)[0].strip() == "un mot"
        assert uppercased(subtitles.parse_srt(data)) == srt(cue.replace("un mot", "UN MOT"))
    assert texts(srt("<i>♪ un mot ♪</i>", "♪ un ♪ mot ♪")) == ["un mot", "un mot"]


def test_lines_of_one_sentence_stay_together() -> None:
    for cue in ("J'ai vu\nParis.", "Où est M.\nDupont ?", "Il a dit\nNON !", "Oui...\npeut-être."):
        assert texts(srt(cue)) == [cue.replace("\n", " ")]


def test_what_is_heard_is_read_without_its_brackets() -> None:
    data = srt("(La porte claque.)", "<i>[musique douce]</i>", "(rires)\nArrête !", "et (ici) là")
    assert texts(data) == ["La porte claque.", "musique douce", "rires", "Arrête !", "et (ici) là"]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "(LA PORTE CLAQUE.)", "<i>[MUSIQUE DOUCE]</i>", "(RIRES)\nARRÊTE !", "ET (ICI) LÀ"
    )
    assert len(texts(srt("(rires)", "et puis rien"))) == 2
    data = srt("- (soupir) Un mot\nou deux.", "(ici) il est")
    assert texts(data) == ["soupir", "Un mot ou deux.", "(ici) il est"]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "- (SOUPIR) UN MOT\nOU DEUX.", "(ICI) IL EST"
    )


def test_moments_of_a_song_are_no_text_and_stay_in_order() -> None:
    cue = "Je <00:11.500>ne <00:11.800>sais <00:12.000>pas"
    data = f"WEBVTT\n\n00:11.000 --> 00:13.000\n{cue}\n".encode()
    document = subtitles.parse_vtt(data)
    assert [segment.source.text for segment in document.segments] == ["Je ne sais pas"]
    result = translate_document(document, WordByWord(backwards=True).translate_batch).decode()
    moments = [part[:9] for part in result.split("\n")[3].split("<")[1:]]
    assert moments == ["00:11.500", "00:11.800", "00:12.000"]


def test_no_cue_is_left_empty_where_the_translation_is_shorter() -> None:
    data = srt("Je pense", "que oui", "vraiment.")
    dropped = ("Je", "pense", "que", "vraiment", ".")
    result = translate_document(
        subtitles.parse_srt(data), WordByWord(dropped=dropped).translate_batch
    )
    assert result == srt("OUI", "OUI", "OUI")


def test_two_sentences_of_a_cue_make_no_third_line() -> None:
    data = srt("Bonjour !\nMerci " + "a " * 10 + "b.")
    result = translate_document(
        subtitles.parse_srt(data), WordByWord({"a": "anything"}).translate_batch
    ).decode()
    assert len(result.strip().split("\n")) == 4


def test_a_sentence_over_three_cues_is_read_as_one_and_cut_again() -> None:
    data = srt("Je pense que la porte", "va claquer,", "et nous aussi.")
    assert texts(data) == ["Je pense que la porte va claquer, et nous aussi."]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "JE PENSE QUE LA PORTE", "VA CLAQUER,", "ET NOUS AUSSI."
    )


def test_a_sentence_that_ends_is_not_joined_with_the_next() -> None:
    assert len(texts(srt("Il pleut.", "ensuite il neige."))) == 2
    assert len(texts(srt("Il pleut", "Paul vient."))) == 2
    assert len(texts(srt("Il pleut", "- et toi ?"))) == 2


def test_a_style_around_each_cue_stays_around_each() -> None:
    data = srt("<i>Je pense que la porte</i>", "<i>va claquer.</i>")
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "<i>JE PENSE QUE LA PORTE</i>", "<i>VA CLAQUER.</i>"
    )


def test_cues_with_other_styles_are_read_apart() -> None:
    data = srt("Je pense <b>que</b> la porte", "va claquer.")
    assert len(texts(data)) == 2
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "JE PENSE <b>QUE</b> LA PORTE", "VA CLAQUER."
    )


def test_every_cue_gets_words_even_if_attention_goes_astray() -> None:
    data = srt("Je pense que la porte", "va claquer,", "et nous aussi.")
    result = translate_document(
        subtitles.parse_srt(data), WordByWord(backwards=True).translate_batch
    )
    cues = result.decode().strip().split("\n\n")
    assert [cue.split("\n")[1] for cue in cues] == [
        cue.split("\n")[1] for cue in data.decode().strip().split("\n\n")
    ]
    assert all(len(cue.split("\n")) == 3 and cue.split("\n")[2] for cue in cues)


def test_no_cue_has_nothing_but_signs() -> None:
    data = srt("je ne sais pas", "pour prendre le train.")
    result = translate_document(
        subtitles.parse_srt(data), WordByWord(backwards=True).translate_batch
    )
    shown = [cue.split("\n", 2)[2] for cue in result.decode().strip().split("\n\n")]
    assert all(any(map(str.isalpha, lines)) for lines in shown)
    assert " ".join(" ".join(shown).split()) == ". TRAIN LE PRENDRE POUR PAS SAIS NE JE"


def test_a_line_that_is_too_long_to_be_read_becomes_two() -> None:
    data = srt("a " * 15 + "b")
    long = {"a": "anything"}
    result = translate_document(
        subtitles.parse_srt(data), WordByWord(long).translate_batch
    ).decode()
    assert len(result.strip().split("\n")) == 4


def test_settings_notes_and_voices_are_no_text() -> None:
    data = (
        b"WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE un mot\n\nintro\n"
        b"00:01.000 --> 00:02.000 align:start\n<v Paul>bonjour &amp; merci\n"
    )
    expected = data.replace(b"bonjour &amp; merci", b"BONJOUR &amp; MERCI")
    assert uppercased(subtitles.parse_vtt(data)) == expected


def test_windows_line_ends_stay() -> None:
    data = srt("Il est trop tard pour\nprendre le train.").replace(b"\n", b"\r\n")
    assert uppercased(subtitles.parse_srt(data)).count(b"\r\n") == data.count(b"\n")


def test_lines_in_no_cue_are_named() -> None:
    data = srt("Bonjour.") + b"2\n00:00:xx --> 00:00:05\nun mot\n"
    document = subtitles.parse_srt(data)
    assert list(document.notes) == ["line 6, 7: in no cue whose times can be read, left alone"]
    assert document.render([segment.source for segment in document.segments]) == data
    vtt = b"WEBVTT un titre\n\nNOTE deux\n\nun\n00:01.000 --> 00:02.000\nBonjour.\n"
    assert not subtitles.parse_vtt(vtt).notes


def test_who_speaks_is_named_before_a_colon_and_stays() -> None:
    data = srt(
        "MARIE : Tu viens ?\nPAUL (off): Non.",
        "<i>M. DUPONT :\nUn mot.</i>",
        ">> Un mot.\n>> MARIE :\tEt deux.",
        "TV : il est",
        "tard. PAUL : Non.",
    )
    last = ["il est tard. PAUL : Non."]
    assert texts(data) == ["Tu viens ?", "Non.", "Un mot.", "Un mot.", "Et deux.", *last]
    assert uppercased(subtitles.parse_srt(data)) == srt(
        "MARIE: TU VIENS ?\nPAUL (off): NON.",
        "<i>M. DUPONT:\nUN MOT.</i>",
        ">> UN MOT.\n>> MARIE:\tET DEUX.",
        "TV: IL EST",
        "TARD. PAUL : NON.",
    )


def test_who_speaks_is_no_part_of_a_style_that_cues_share() -> None:
    data = srt("PAUL : <i>il est</i>", "<i>tard.</i>")
    assert texts(data) == ["il est tard."]
    assert uppercased(subtitles.parse_srt(data)) == srt("PAUL: <i>IL EST</i>", "<i>TARD.</i>")


def test_classes_of_a_style_are_no_part_of_its_name() -> None:
    cue = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"
    source = cue.format("<c.jaune.gras>un</c> <v.fort Paul>mot</v> là").encode()
    (segment,) = FORMATS["vtt"].parse(source, Reading()).segments
    assert [(m.kind, m.start, m.end) for m in segment.source.marks] == [
        ("pair", 0, 2),
        ("pair", 3, 6),
    ]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("WEBVTT\r\nKind: captions\r\nLanguage: fr\r\n", b"Language: en\r"),
        ("WEBVTT\nLanguage: de\n", b"Language: de\n"),
        ("WEBVTT\n\nNOTE\nLanguage: fr\n", b"Language: fr\n"),
    ],
)
def test_the_language_of_a_header_is_changed(head: str, told: bytes) -> None:
    source = f"{head}\n00:01.000 --> 00:02.000\nun\n".encode()
    document = FORMATS["vtt"].parse(source, Reading(source="fr", target="en"))
    assert told in uppercased(document)


def test_voices_stay_apart() -> None:
    cue = "<v.fort Marie>Tu viens</v>\n<v Paul>avec moi</v>\n<i><v Marie>ici.</v></i>"
    data = f"WEBVTT\n\n00:11.000 --> 00:13.000\n{cue}\n".encode()
    document = subtitles.parse_vtt(data)
    assert [s.source.text for s in document.segments] == ["Tu viens", "avec moi", "ici."]
    assert "<v.fort Marie>TU VIENS</v>\n<v Paul>AVEC MOI</v>\n<i><v Marie>ICI.</v></i>" in (
        uppercased(document).decode()
    )
