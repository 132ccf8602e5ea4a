"""Where other forms of deterministic CBOR can be made, for the tests that refuse them."""


def heads_of(data: bytes) -> list[int]:
    """Where a value begins whose argument is in its first byte."""
    found: list[int] = []

    def read(at: int) -> int:
        major, short = data[at] >> 5, data[at] & 31
        if short < 24 and major != 7:
            found.append(at)
        size = 0 if short < 24 else 1 << short - 24
        argument = short if short < 24 else int.from_bytes(data[at + 1 : at + 1 + size], "big")
        end = at + 1 + size
        if major in (2, 3):
            return end + argument
        for _ in range(argument if major == 4 else 0):
            end = read(end)
        return end

    assert read(0) == len(data)
    return found
