"""Globs of names, such as "hall-*": `*` is any text, `?` any character, all else itself. Pure."""

ANY, ONE = "*", "?"


def matches(glob: str, name: str) -> bool:
    """Is the whole name of the form? At worst in time of both lengths multiplied.

    Only the last `*` is ever tried again: what one before it took is never too much.
    """
    place = begin = 0
    star = -1
    for_star = 0
    while begin < len(name):
        if place < len(glob) and glob[place] == ANY:
            star, for_star = place, begin
            place += 1
        elif place < len(glob) and glob[place] in (ONE, name[begin]):
            place += 1
            begin += 1
        elif star >= 0:
            for_star += 1
            place, begin = star + 1, for_star
        else:
            return False
    return not glob[place:].strip(ANY)
