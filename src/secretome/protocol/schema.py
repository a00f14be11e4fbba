"""The JSON schema of ``protocol.yml``, made from its models."""

import json
from typing import Any

ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a protocol, which editors use to complete and check its keys.

    Returns
    -------
    dict

    Examples
    --------
    >>> schema = json_schema()
    >>> schema["title"], "claims" in schema["properties"], "claims" in schema["required"]
    ('Protocol', True, True)
    """
    from secretome.protocol.key_docs import key_docs
    from secretome.protocol.models import Protocol
    from secretome.protocol.yaml_files import adapter

    schema = adapter(Protocol).json_schema()
    # Editors show the meaning of a key.
    models = {"Protocol": schema, **schema.get("$defs", {})}
    for doc in key_docs():
        models[doc.model]["properties"][doc.key]["description"] = doc.meaning
    return {"$schema": ADDRESS, **schema}


def schema_text() -> str:
    """The JSON schema of a protocol as the text of a file.

    >>> schema_text().splitlines()[1]
    '  "$schema": "https://json-schema.org/draft/2020-12/schema",'
    """
    return json.dumps(json_schema(), indent=2) + "\n"
