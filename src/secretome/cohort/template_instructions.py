"""What a template tells the laboratory that fills it in."""

from secretome.protocol import Protocol


def template_instructions(protocol: Protocol, seed: int) -> list[str]:
    """The lines of the sheet of instructions."""
    units = protocol.units
    limits = (
        "A value below or above a limit of the assay is written with its limit: <15.6 or >1000. 'ND' is not enough."
    )
    measured = ", ".join(f"{endpoint.label} in {endpoint.unit}" for endpoint in protocol.endpoints.values())
    lines = [
        f"{protocol.title}: a sheet for new {units}.",
        f"Measured: {measured}.",
        "Sheet 'samples' is for those who measure. It shows codes and no groups: give them a copy of that sheet alone.",
        f"Sheet 'key' says which {protocol.experimental_unit} and group is behind a code. Groups were dealt at random "
        f"with seed {seed}.",
        f"Write your own names of the {units} into the column 'animal' of the key. Change a group only if it was "
        "given otherwise.",
        "Write one number per cell, in the unit of the header. Leave a missing value empty.",
    ]
    if any(endpoint.kind != "continuous" for endpoint in protocol.endpoints.values()):
        lines.append(limits)
    if protocol.sampling_hour is not None:
        lines.append(
            f"A death before sampling at {protocol.sampling_hour:g} h: event 1, time the hour at which it was seen, "
            "and no value."
        )
    lines += [
        "To leave a sample out, write the reason into 'exclude'. Its row stays, and the report says so.",
        f"Then: secretome check {protocol.key} FILE.xlsx, with both sheets in one file.",
    ]
    return lines
