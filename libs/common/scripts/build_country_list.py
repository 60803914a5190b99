"""Build codes/data/country.csv (ISO 3166-1 alpha-2) from two published packages.

    python libs/common/scripts/build_country_list.py > libs/common/src/common/codes/data/country.csv

Codes are those of `iso3166.tab` in `tzdata` (public domain), labels those of CLDR in `babel` (BSD); only the result is
part of the product. A label that is ours is not verified.
"""

import csv
import sys
from importlib.metadata import version
from importlib.resources import files

from babel import Locale

OURS = {"TW": "中国台湾"}
"""Code → a label that files of schools use and CLDR does not."""


def main() -> None:
    """Writes the list."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    chinese, english = Locale("zh").territories, Locale("en").territories
    source = f"ISO 3166-1; labels of CLDR (babel {version('babel')})"
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("code", "label_zh", "label_en", "valid_from", "valid_to", "source", "verified"))
    for code in sorted(line.split("\t")[0] for line in lines if line and not line.startswith("#")):
        ours = OURS.get(code)
        writer.writerow(
            (
                code,
                ours or chinese[code],
                english[code],
                "",
                "",
                "label of our own" if ours else source,
                str(not ours).lower(),
            )
        )


if __name__ == "__main__":
    main()
