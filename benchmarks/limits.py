"""placeholder"""


def limits(folder, *, quick):
    return []
