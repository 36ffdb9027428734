"""Nations by the codes of the International Olympic Committee, which federations go by.

Entries have three letters, mostly of ISO 3166. Where both lists have the same code for different
nations (``BRN``: Brunei to ISO, Bahrain to the committee) it is read as ISO's.
"""

from __future__ import annotations

_DIFFERENT = (
    "DZA", "ALG", "ASM", "ASA", "AGO", "ANG", "ATG", "ANT", "ABW", "ARU", "BHS", "BAH", "BHR",
    "BRN", "BGD", "BAN", "BRB", "BAR", "BLZ", "BIZ", "BMU", "BER", "BTN", "BHU", "BWA", "BOT",
    "VGB", "IVB", "BRN", "BRU", "BGR", "BUL", "BFA", "BUR", "KHM", "CAM", "CYM", "CAY", "TCD",
    "CHA", "CHL", "CHI", "COG", "CGO", "CRI", "CRC", "HRV", "CRO", "DNK", "DEN", "SLV", "ESA",
    "GNQ", "GEQ", "FJI", "FIJ", "GMB", "GAM", "DEU", "GER", "GRC", "GRE", "GRD", "GRN", "GTM",
    "GUA", "GIN", "GUI", "GNB", "GBS", "HTI", "HAI", "HND", "HON", "IDN", "INA", "IRN", "IRI",
    "KWT", "KUW", "LVA", "LAT", "LSO", "LES", "LBY", "LBA", "MDG", "MAD", "MWI", "MAW", "MYS",
    "MAS", "MRT", "MTN", "MUS", "MRI", "MCO", "MON", "MNG", "MGL", "MMR", "MYA", "NPL", "NEP",
    "NLD", "NED", "NIC", "NCA", "NER", "NIG", "NGA", "NGR", "OMN", "OMA", "PSE", "PLE", "PRY",
    "PAR", "PHL", "PHI", "PRT", "POR", "PRI", "PUR", "KNA", "SKN", "VCT", "VIN", "WSM", "SAM",
    "SAU", "KSA", "SYC", "SEY", "SVN", "SLO", "SLB", "SOL", "ZAF", "RSA", "LKA", "SRI", "SDN",
    "SUD", "CHE", "SUI", "TWN", "TPE", "TZA", "TAN", "TGO", "TOG", "TON", "TGA", "ARE", "UAE",
    "VIR", "ISV", "URY", "URU", "VUT", "VAN", "VNM", "VIE", "XKX", "KOS", "ZMB", "ZAM", "ZWE",
    "ZIM",
)  # fmt: skip

_OF_ISO = dict(zip(_DIFFERENT[::2], _DIFFERENT[1::2], strict=True))


def ioc_code(nationality: str) -> str:
    """The committee's code: ``SUI`` for ``CHE``; others stay as they are, those of its own too."""
    return _OF_ISO.get(nationality, nationality)
