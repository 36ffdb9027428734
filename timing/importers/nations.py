"""Nations as people write them: codes of the IOC and of ISO, names in several languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

LANGUAGES = ("en", "fr", "de", "es", "it", "ar", "nl", "pt")
"""In which names of nations are read."""

IOC_OF_ISO: Mapping[str, str] = dict(
    pair.split(":")
    for pair in [
        "DZA:ALG",
        "ASM:ASA",
        "AGO:ANG",
        "ATG:ANT",
        "ABW:ARU",
        "BHS:BAH",
        "BHR:BRN",
        "BGD:BAN",
        "BRB:BAR",
        "BLZ:BIZ",
        "BMU:BER",
        "BTN:BHU",
        "BWA:BOT",
        "VGB:IVB",
        "BRN:BRU",
        "BGR:BUL",
        "BFA:BUR",
        "KHM:CAM",
        "CYM:CAY",
        "CAF:CAF",
        "TCD:CHA",
        "CHL:CHI",
        "COG:CGO",
        "CRI:CRC",
        "HRV:CRO",
        "DNK:DEN",
        "SLV:ESA",
        "GNQ:GEQ",
        "FJI:FIJ",
        "GMB:GAM",
        "DEU:GER",
        "GRC:GRE",
        "GRD:GRN",
        "GTM:GUA",
        "GIN:GUI",
        "GNB:GBS",
        "HTI:HAI",
        "HND:HON",
        "IDN:INA",
        "IRN:IRI",
        "KWT:KUW",
        "LVA:LAT",
        "LBN:LBN",
        "LSO:LES",
        "LBY:LBA",
        "MDG:MAD",
        "MWI:MAW",
        "MYS:MAS",
        "MRT:MTN",
        "MUS:MRI",
        "MCO:MON",
        "MNG:MGL",
        "MMR:MYA",
        "NPL:NEP",
        "NLD:NED",
        "NIC:NCA",
        "NER:NIG",
        "NGA:NGR",
        "OMN:OMA",
        "PSE:PLE",
        "PRY:PAR",
        "PHL:PHI",
        "PRT:POR",
        "PRI:PUR",
        "KNA:SKN",
        "VCT:VIN",
        "WSM:SAM",
        "SAU:KSA",
        "SYC:SEY",
        "SGP:SGP",
        "SVN:SLO",
        "SLB:SOL",
        "ZAF:RSA",
        "LKA:SRI",
        "SDN:SUD",
        "CHE:SUI",
        "TWN:TPE",
        "TZA:TAN",
        "TGO:TOG",
        "TON:TGA",
        "TTO:TTO",
        "ARE:UAE",
        "VIR:ISV",
        "URY:URU",
        "VUT:VAN",
        "VNM:VIE",
        "ZMB:ZAM",
        "ZWE:ZIM",
    ]
)
"""Where the IOC's code is another than ISO's."""

_OTHER_NAMES: Mapping[str, str] = {
    "england": "GBR", "scotland": "GBR", "wales": "GBR", "northernireland": "GBR", "uk": "GBR",
    "greatbritain": "GBR", "grossbritannien": "GBR", "usa": "USA", "unitedstatesofamerica": "USA",
    "holland": "NED", "czechrepublic": "CZE", "tschechien": "CZE", "korea": "KOR",
    "southkorea": "KOR", "russianfederation": "RUS", "turkey": "TUR", "swaziland": "SWZ",
    "rsa": "RSA", "uae": "UAE", "reunion": "FRA",
}  # fmt: skip


def nation_of(text: str, known: Collection[str] = ()) -> str | None:
    """The three-letter code of what was written, or None where it is no nation.

    Codes are the IOC's, as sport has them; one that the race uses already (``known``) stays as it
    is. Where the IOC and ISO mean two nations by one code, it is the IOC's.
    """
    code = text.strip().upper()
    if code in known:
        return code
    found = _by_name().get(_plain(text))
    if found is None:
        return None
    iso = next((iso for iso, ioc in IOC_OF_ISO.items() if ioc == found), found)
    return iso if iso in known else found


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if sign.isalnum())


@cache
def _by_name() -> Mapping[str, str]:
    """IOC codes by everything that a nation may be called; codes of the IOC before all else."""
    iso3_of = {
        two[0]: three
        for three, two in get_global("territory_aliases").items()
        if len(three) == 3 and three.isalpha() and len(two) == 1
    }
    # Babel also knows codes of nations that were renamed or have joined.
    now = "FR:FRA DE:DEU MM:MMR YE:YEM CD:COD TL:TLS XK:KOS"
    iso3_of.update((pair[:2], pair[3:]) for pair in now.split())
    found: dict[str, str] = {}
    names = [Locale(language).territories for language in LANGUAGES]
    for two, three in iso3_of.items():
        if not any(two in territories for territories in names):
            continue
        code = IOC_OF_ISO.get(three, three)
        for territories in names:
            if two in territories:
                found.setdefault(_plain(territories[two]), code)
    for two, three in iso3_of.items():
        code = IOC_OF_ISO.get(three, three)
        if code in found.values():
            found[_plain(two)] = found[_plain(three)] = code
    for ioc in IOC_OF_ISO.values():
        found[_plain(ioc)] = ioc
    return {**found, **_OTHER_NAMES}
