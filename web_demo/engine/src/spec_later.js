/**
 * What is asked for later that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const LATER = {
 "zip": {
  "entries": 1000,
  "bytes": 200000000,
  "ratio": 50,
  "aside": "__MACOSX/"
 },
 "whole": {
  "characters": 32
 },
 "blanks": {
  "characters": 40,
  "between": " -_'\u2019"
 },
 "pictures": {
  "pixels": 50000000,
  "side": 65535,
  "bytes": 100000000,
  "grey": [
   299,
   587,
   114
  ]
 },
 "labels": {
  "signs": "\u2192 \u2190 \u2194 \u21d2 \u21d0 \u21d4 \u27f6 \u27f5 \u2794 \u2799 \u279b \u279c \u279d \u279e \u279f \u27a1 \u27a1\ufe0f \u27a2 \u27a4 \u25b6 \u25b6\ufe0f \u25ba \u25b8 \u25b7 \u25b9 \u276f \u2771 -> --> => ==> | \u2022 \u25cf \u00b7 \u2023",
  "paths": ">:< >>:<< \u203a:\u2039 \u00bb:\u00ab",
  "slash": "/",
  "words": 4
 },
 "months": {
  "fr": {
   "janv": "janvier",
   "f\u00e9v": "f\u00e9vrier",
   "f\u00e9vr": "f\u00e9vrier",
   "avr": "avril",
   "juil": "juillet",
   "juill": "juillet",
   "sept": "septembre",
   "oct": "octobre",
   "nov": "novembre",
   "d\u00e9c": "d\u00e9cembre"
  }
 },
 "shortened": {
  "anywhere": {
   "fr": {
    "env": "environ"
   }
  },
  "first": {
   "fr": {
    "p. ex": "par exemple",
    "p.ex": "par exemple",
    "c.-\u00e0-d": "c'est-\u00e0-dire"
   }
  },
  "streets": {
   "fr": {
    "av": "avenue",
    "bd": "boulevard",
    "boul": "boulevard",
    "pl": "place",
    "imp": "impasse"
   }
  },
  "eras": "J. J- JC J\u00e9sus notre"
 },
 "emphasis": {
  "marks": "* ** *** _ __ ~~",
  "notes": "* **",
  "before": "([{\u00ab\u201c\u2018\"'\u2019\u00bf\u00a1\u2014\u2013-",
  "behind": ")]}\u00bb\u201d\u2019\"'.,;:!?\u2026\u2014\u2013-",
  "noted": ")%\u20ac$\u00a3\u00bb\u201d\""
 },
 "wrapped": {
  "least": 20,
  "share": [
   3,
   5
  ],
  "behind": "0123456789,;)%\u20ac\u00bb\u201d\"'\u2019",
  "key_signs": ":="
 },
 "elements": {
  "inline": "a abbr acronym b bdi bdo big blink cite data del dfn em emphasis font i ins label mark nobr q rb rp rt rtc s small span strike strong time tt u",
  "words": "code kbd ruby samp var",
  "points": "img wbr svg math",
  "signs": "sub sup",
  "skipped": "script style pre textarea template noembed noframes xmp iframe plaintext object canvas listing",
  "void": "area base br col embed hr img input link meta param source track wbr command keygen",
  "paragraphs": "p div li td th tr table ul ol dl dd dt body section article h1 h2 h3 h4 h5 h6 pre",
  "lines": "br hr tbody thead tfoot header footer main aside nav blockquote form",
  "raw": "script style xmp iframe noembed noframes",
  "text_only": "title textarea"
 },
 "units": {
  "en": {
   "KB": "kB",
   "KB/s": "kB/s",
   "mcg": "\u00b5g",
   "kph": "km/h",
   "kbps": "kbit/s",
   "Mbps": "Mbit/s",
   "Gbps": "Gbit/s"
  }
 },
 "terms": {
  "joints": "de du des d \u00e0 au aux en sans sur sous pour par avec et",
  "of": "of for"
 },
 "golden": {
  "margin": 0.2,
  "tolerance": 0.1
 }
}
