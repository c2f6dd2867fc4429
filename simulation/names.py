"""Natural names for facilities: a public school bears its commune's name, private ones a flower's or a bird's."""

from simulation.rake import stream
from simulation.reference import own

PREFIX = {"both": "Lớp mầm non độc lập", "nursery": "Nhóm trẻ độc lập", "kindergarten": "Lớp mẫu giáo độc lập"}


class Names:
    """Hands out communes and names that are unique within one area."""

    def __init__(self, area: str, communes: list[str] | None = None):
        self._communes = communes or own("communes").query("area == @area")["commune"].tolist()
        order = stream("names", area)
        words = own("names")["name"].tolist()
        self._words = [words[i] for i in order.permutation(len(words))]
        self._start = int(order.integers(len(self._communes)))
        self._next = {"public_school": 0, "nonpublic_school": 0, "independent": 0}
        self._word = 0

    def take(self, kind: str, profile: str = "both") -> tuple[str, str]:
        """Commune and name of the next facility of a kind."""
        turn = self._next[kind]
        self._next[kind] += 1
        offset = 0 if kind == "public_school" else self._start
        commune = self._communes[(turn + offset) % len(self._communes)]
        if kind == "public_school" and turn < len(self._communes):
            return commune, "Trường Mầm non " + bare(commune)
        word, again = self._words[self._word % len(self._words)], self._word // len(self._words)
        self._word += 1
        word += f" {again + 1}" if again else ""
        if kind == "public_school":
            return commune, f"Trường Mầm non {word}"
        if kind == "nonpublic_school":
            return commune, f"Trường Mầm non tư thục {word}"
        return commune, f"{PREFIX[profile]} {word}"


def bare(commune: str) -> str:
    for kind in ("Phường ", "Xã ", "Thị trấn ", "Đặc khu "):
        commune = commune.removeprefix(kind)
    return commune
