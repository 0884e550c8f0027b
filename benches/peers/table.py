"""The table of one run: the peers' times from a file, odec's from criterion's folder."""

import json
import sys
from pathlib import Path


def main(times, criterion):
    rows = [line.split("\t") for line in Path(times).read_text().splitlines()]
    print("| case | library | median, µs | odec takes |")
    print("| --- | --- | --- | --- |")
    for case in dict.fromkeys(row[0] for row in rows):
        folder = Path(criterion) / "neural" / case.replace("/", "_")
        ours = json.loads((folder / "new" / "estimates.json").read_text())["median"]["point_estimate"] / 1e3
        print(f"| {case} | odec | {ours:.0f} | 1 |")
        for _, library, time in (row for row in rows if row[0] == case):
            print(f"| | {library} | {float(time):.0f} | 1/{float(time) / ours:.1f} = {ours / float(time):.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
