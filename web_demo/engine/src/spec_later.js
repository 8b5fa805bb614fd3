/**
 * What is asked for later that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const LATER = {
 "manifest": {
  "written": 2,
  "written_with_search_rules": 3
 },
 "zip": {
  "entries": 1000,
  "bytes": 200000000,
  "ratio": 50,
  "aside": "__MACOSX/"
 },
 "tokenizer": {
  "several_spaces": " {2,}",
  "charsmap_characters": 32,
  "unknown_penalty": 10,
  "kept_bonus": 0.1
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
 "names": {
  "en": {
   "common": "English French German Spanish Italian Dutch Portuguese Chinese Japanese Russian American British Canadian European Christian Christmas Easter Catholic Jewish Muslim Mister Miss Missus Mrs Doctor Professor President King Queen Prince Princess Lord Lady Sir Captain General God Street Avenue Road Lake River Mount North South East West Ministry Department University Internet Father Mother Uncle Aunt",
   "peoples": "an ans ish ese ic ch"
  }
 },
 "calendar": {
  "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December",
  "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche janvier f\u00e9vrier mars avril mai juin juillet ao\u00fbt septembre octobre novembre d\u00e9cembre"
 },
 "bullets": "-*+>\u2022\u00b7\u25aa\u25e6\u2023",
 "rules": "-=*#~+",
 "typography": {
  "openers": "([{\u2018\u201c\u00bf\u00a1",
  "joints": "'\u2019-\u2013\u2014/",
  "behind": ".,)]}\u2026?!*_",
  "quotes": "\"\u00bb\u201d"
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
  },
  "en": {
   "jan": "January",
   "feb": "February",
   "mar": "March",
   "apr": "April",
   "jun": "June",
   "jul": "July",
   "aug": "August",
   "sep": "September",
   "sept": "September",
   "oct": "October",
   "nov": "November",
   "dec": "December"
  }
 },
 "shortened": {
  "anywhere": {
   "fr": {
    "env": "environ",
    "t\u00e9l": "t\u00e9l\u00e9phone",
    "r\u00e9f": "r\u00e9f\u00e9rence",
    "trim": "trimestre",
    "sem": "semaine",
    "qt\u00e9": "quantit\u00e9",
    "b\u00e2t": "b\u00e2timent",
    "appt": "appartement",
    "hab": "habitants",
    "cuil": "cuill\u00e8res",
    "c. \u00e0 s": "cuill\u00e8res \u00e0 soupe",
    "c. \u00e0 c": "cuill\u00e8res \u00e0 caf\u00e9",
    "lun": "lundi",
    "ven": "vendredi",
    "comme d'hab": "comme d'habitude",
    "comme d\u2019hab": "comme d'habitude"
   },
   "en": {
    "approx": "approximately",
    "dept": "department",
    "govt": "government",
    "incl": "including",
    "excl": "excluding",
    "lbs": "pounds",
    "hrs": "hours",
    "mins": "minutes",
    "yrs": "years",
    "qty": "quantity",
    "tues": "Tuesday",
    "thur": "Thursday",
    "thurs": "Thursday"
   }
  },
  "amid": {
   "fr": {
    "mar": "mardi",
    "mer": "mercredi",
    "jeu": "jeudi",
    "sam": "samedi",
    "dim": "dimanche"
   }
  },
  "words": "sept",
  "followed": "env b\u00e2t",
  "joints": [
   " au ",
   " et ",
   " - "
  ],
  "articles": "le la les l un une des du de d au aux ce cette",
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
  "eras": "J. J- JC J\u00e9sus notre",
  "labels": {
   "fr": {
    "t\u00e9l": "t\u00e9l\u00e9phone",
    "r\u00e9f": "r\u00e9f\u00e9rence",
    "port.": "mobile",
    "qt\u00e9": "quantit\u00e9"
   },
   "en": {
    "tel": "telephone",
    "qty": "quantity",
    "dept": "department"
   }
  },
  "behind": {
   "fr": {
    "j": "jours",
    "mn": "min",
    "hrs": "heures",
    "kms": "km",
    "c. \u00e0": "cuill\u00e8res \u00e0",
    "M d'": "millions d'",
    "M d\u2019": "millions d'",
    "Md d'": "milliards d'",
    "Md d\u2019": "milliards d'",
    "Mds d'": "milliards d'",
    "Mds d\u2019": "milliards d'",
    "mds d'": "milliards d'",
    "mds d\u2019": "milliards d'",
    "M de": "millions de",
    "Md de": "milliards de",
    "Mds de": "milliards de",
    "mds de": "milliards de"
   },
   "en": {
    "ft": "feet",
    "lb": "pounds",
    "lbs": "pounds",
    "oz": "ounces",
    "mi": "miles",
    "yd": "yards",
    "yds": "yards",
    "yr": "years",
    "yrs": "years",
    "hr": "hours",
    "hrs": "hours",
    "mins": "minutes",
    "sec": "seconds",
    "secs": "seconds",
    "wks": "weeks",
    "gal": "gallons",
    "sq ft": "square feet",
    "sq. ft": "square feet",
    "sq mi": "square miles",
    "sq km": "square kilometers",
    "sq m": "square meters",
    "cu ft": "cubic feet",
    "fl oz": "fluid ounces",
    "fl. oz": "fluid ounces",
    "tbsp": "tablespoons",
    "tsp": "teaspoons",
    "hp": "horsepower",
    "pct": "percent",
    "bn": "billion",
    "tn": "trillion",
    "m people": "million people",
    "m users": "million users",
    "m customers": "million customers",
    "m jobs": "million jobs",
    "m viewers": "million viewers",
    "m households": "million households",
    "m homes": "million homes",
    "m barrels": "million barrels",
    "m tonnes": "million tonnes",
    "m copies": "million copies",
    "m voters": "million voters",
    "m workers": "million workers",
    "m children": "million children",
    "m patients": "million patients",
    "m passengers": "million passengers",
    "m visitors": "million visitors",
    "m followers": "million followers",
    "m subscribers": "million subscribers",
    "m members": "million members",
    "m residents": "million residents",
    "m tourists": "million tourists",
    "m refugees": "million refugees",
    "m students": "million students",
    "m women": "million women",
    "m men": "million men",
    "m cars": "million cars",
    "m shares": "million shares",
    "m euros": "million euros",
    "m dollars": "million dollars",
    "m pounds": "million pounds",
    "m views": "million views",
    "m downloads": "million downloads"
   }
  },
  "points": "point alin\u00e9a article paragraphe",
  "numbers": {
   "fr": {
    "n\u00b0": "n\u00b0 ",
    "n\u00b0 de": "num\u00e9ro de"
   }
  },
  "ordinals": {
   "fr": {
    "1re": "premi\u00e8re",
    "1\u00e8re": "premi\u00e8re",
    "1ere": "premi\u00e8re",
    "2nde": "seconde",
    "2de": "seconde"
   }
  }
 },
 "superscripts": {
  "letters": {
   "\u1d49": "e",
   "\u02b3": "r",
   "\u1d50": "m",
   "\u02e1": "l",
   "\u1d48": "d",
   "\u207f": "n",
   "\u02e2": "s",
   "\u1d4d": "g",
   "\u1d52": "\u00b0",
   "\u00ba": "\u00b0"
  },
  "figures": "IVX",
  "ends": "e er re ere es d de nd nde me eme",
  "words": "Mme Mlle Mmes Mlles Mgr Me Dr n\u00b0 N\u00b0"
 },
 "ordinals": {
  "before": "si\u00e8cle si\u00e8cles r\u00e9publique arrondissement mill\u00e9naire empire dynastie"
 },
 "rates": {
  "fr": {
   "per": {
    "jour": "jour",
    "j": "jour",
    "jr": "jour",
    "semaine": "semaine",
    "sem": "semaine",
    "mois": "mois",
    "trimestre": "trimestre",
    "an": "an",
    "ann\u00e9e": "an",
    "heure": "heure",
    "h": "heure",
    "minute": "minute",
    "min": "minute",
    "nuit": "nuit",
    "nuit\u00e9e": "nuit",
    "personne": "personne",
    "pers": "personne",
    "enfant": "enfant",
    "adulte": "adulte",
    "\u00e9l\u00e8ve": "\u00e9l\u00e8ve",
    "habitant": "habitant",
    "hab": "habitant",
    "s\u00e9ance": "s\u00e9ance"
   },
   "joint": " par ",
   "signs": "\u20ac$\u00a3\u00a5%",
   "nouns": "repas s\u00e9ance s\u00e9ances fois comprim\u00e9 comprim\u00e9s cours jours heures h j min mn",
   "goes_on": ".-:@#?&=~\\'\u2019",
   "counted": "un une deux trois quatre cinq six",
   "round": {
    "h": [
     "24",
     "heures par jour"
    ],
    "heures": [
     "24",
     "heures par jour"
    ],
    "j": [
     "7",
     "jours par semaine"
    ],
    "jours": [
     "7",
     "jours par semaine"
    ]
   },
   "of": [
    "/",
    " / ",
    " sur "
   ]
  }
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
  "key_signs": ":=",
  "ends": ".!?\u2026:;",
  "closers": "\u00bb\"\u201d\u2019)]*_"
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
  "text_only": "title textarea",
  "attributes": "alt title placeholder aria-label aria-description aria-placeholder",
  "descriptions": "description og:title og:description og:site_name twitter:title twitter:description",
  "buttons": "submit button reset",
  "labelled": "track option optgroup",
  "opened": "(\u00ab[/'\u2019",
  "ended": ",.;:!?\u2026)\u00bb]/'\u2019"
 },
 "search": {
  "length_offset": [
   0.0,
   10.0
  ],
  "early_stopping": [
   "hopeless",
   "full",
   "best"
  ],
  "finished": [
   "replaced",
   "dropped",
   "kept"
  ],
  "repeats": [
   "few",
   "any"
  ]
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
 "hours": {
  "earliest": 6,
  "before": "les environ apr\u00e8s attendre reposer laisser dormir compter cuire mariner tremper frais frigo r\u00e9frig\u00e9rateur",
  "behind": "de d par avant apr\u00e8s plus minimum maximum",
  "moments": "\u00e0 vers avant d\u00e8s est \u00e9tait lundi mardi mercredi jeudi vendredi samedi dimanche demain hier",
  "of_day": [
   " du matin",
   " du soir",
   " de l'apr\u00e8s-midi",
   " de l\u2019apr\u00e8s-midi"
  ],
  "lengths": [
   " min",
   " de ",
   " d'",
   " d\u2019",
   " par ",
   " en ",
   " \u00e0 pied"
  ],
  "since": "partir compter autour environs",
  "days": "lundi mardi mercredi jeudi vendredi samedi dimanche"
 },
 "numbers": {
  "en": {
   "designators": "the bus line train tram flight page chapter article volume room gate dock track road route floor class group lot version step figure table question exercise lesson box number no seat section paragraph level season episode match",
   "versions": "section sections sec version versions chapter figure figures fig table tables step article articles art paragraph appendix release rule lesson exercise level subsection clause equation eq theorem build update patch draft python java android ios windows macos ubuntu debian php firefox chrome",
   "halves": {
    "a.m.": 0,
    "p.m.": 12,
    "a.m": 0,
    "p.m": 12,
    "am": 0,
    "pm": 12
   },
   "joints": [
    "-",
    "\u2013",
    " to ",
    " till ",
    " until ",
    " or ",
    " and "
   ],
   "lengths": [
    " hour",
    " hr",
    " minute",
    " min",
    "-hour",
    "-minute"
   ],
   "lasting": "lasts lasted lasting",
   "openers": "\"'\u201c\u2018([",
   "closers": "\"'\u201d\u2019)]",
   "goes_on": "I EST EDT ET PST PDT PT CST CDT CT MST MDT MT GMT UTC BST CET CEST IST JST AEST Eastern Pacific Central Mountain",
   "ages": "his her their my your our its low lower upper high",
   "multiples": {
    "k": "k",
    "K": "k",
    "m": "M",
    "M": "M",
    "mn": "M",
    "b": "Md",
    "B": "Md",
    "bn": "Md"
   },
   "in_words": "hundred thousand million billion trillion bn tn T M",
   "amounts": "percent per percentage points point times",
   "money": "EUR USD GBP CHF CAD AUD NZD JPY CNY INR SEK NOK DKK PLN CZK HUF RUB TRY BRL MXN ZAR",
   "decades": "the early mid late pre post",
   "books": "genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra nehemiah esther job psalm psalms proverbs ecclesiastes isaiah jeremiah lamentations ezekiel daniel hosea joel amos obadiah jonah micah nahum habakkuk zephaniah haggai zechariah malachi matthew mark luke john acts romans corinthians galatians ephesians philippians colossians thessalonians timothy titus philemon hebrews james peter jude revelation",
   "initials": "US USA UK UN EU UAE USSR AD BC BCE CE PS AM PM PO PhD PhDs mRNA tRNA eBook eBooks YouTuber YouTubers TikToker TikTokers"
  }
 },
 "terms": {
  "joints": "de du des d \u00e0 au aux en sans sur sous pour par avec et",
  "of": "of for",
  "hisses": "s x z ch sh"
 },
 "negation": {
  "en": {
   "no": "not t never nothing nobody cannot none neither",
   "hidden": "not t no never nothing nobody none neither nor cannot without nowhere hardly scarcely barely unable fail fails failed failing failure lack lacks lacked lacking refuse refuses refused unlike unless anymore little few only but avoid prevent stop stopped wrong false bad forbid forbidden prohibited impossible absent missing miss ignore ignored deny denied doubt except hate any anything anyone ever rather far too before until else than afraid sorry late empty keep kept out off instead rarely seldom against don isn won can dont cant wont aint useless no-one free least less must should nor yet still other shut away poor low hold",
   "hidden_prefixes": "un dis im in mis",
   "idioms": [
    "why not",
    "not only",
    "can't help",
    "couldn't help",
    "n't you",
    "n't we",
    "not bad"
   ],
   "not": "pas ne n jamais rien aucun aucune ni personne nul nulle gu\u00e8re sans non plus point sauf que qu impossible interdit interdite refuse refus\u00e9 refuser refusent manque manquait absent absence ignore ignorait ignorer \u00e9viter \u00e9vite \u00e9vitez emp\u00eache emp\u00eacher arr\u00eate arr\u00eatez cesse cessez rarement peu seulement contraire faux fausse incapable inutile h\u00e2te inqui\u00e8te inqui\u00e9tez d\u00e9fense malgr\u00e9 loin mal peine dommage hors z\u00e9ro sinon faute aussi",
   "clear": "pas jamais rien aucun aucune",
   "prefixes": "in im ir d\u00e9 d\u00e9s m\u00e9 non"
  }
 },
 "limits": {
  "en": {
   "least": [
    "at least",
    "no less than",
    "no fewer than"
   ],
   "said_least": [
    "au moins",
    "minimum",
    "ou plus",
    "pas moins",
    "et plus",
    "minimale"
   ],
   "most": [
    "at most",
    "no more than",
    "not more than"
   ],
   "said_most": [
    "au plus",
    "maximum",
    "pas plus",
    "jusqu",
    "ne d\u00e9pass",
    "pas d\u00e9pass",
    "maximal",
    "ou moins"
   ],
   "fewer": [
    "less than",
    "fewer than",
    "under",
    "below"
   ],
   "said_fewer": "moins inf\u00e9rieur inf\u00e9rieure inf\u00e9rieurs inf\u00e9rieures dessous sous maximum max avant jeune jeunes peine plafond limite",
   "more": [
    "more than",
    "over",
    "above"
   ],
   "said_more": "plus sup\u00e9rieur sup\u00e9rieure sup\u00e9rieurs sup\u00e9rieures dessus del\u00e0 d\u00e9passe d\u00e9passent d\u00e9pass\u00e9 d\u00e9passer d\u00e9passant d\u00e9passait exc\u00e8de exc\u00e9der sur minimum pass\u00e9 pass\u00e9e \u00e2g\u00e9"
  }
 },
 "number_words": {
  "in_french": {
   "said": {
    "0": "minuit aucun",
    "2": "quinze quinzaine",
    "7": "huit semaine",
    "10": "dizaine dizaines",
    "12": "midi minuit douzaine douzaines",
    "14": "quinze quinzaine",
    "15": "quart quinzaine",
    "20": "vingtaine",
    "30": "trentaine demie",
    "40": "quarantaine",
    "50": "cinquantaine",
    "60": "soixantaine",
    "100": "centaine centaines",
    "1000": "millier milliers"
   },
   "no_numbers": "neuf cent mille z\u00e9ro",
   "hours": "h heure heures"
  }
 },
 "golden": {
  "margin": 0.2,
  "tolerance": 0.1
 }
}
