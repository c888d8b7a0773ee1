from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"

# packaging.version.VERSION_PATTERN (PEP 440), as packaging.version.parse applies it.
_PEP440 = re.compile(
    r"""\s*
    v?
    (?:[0-9]+!)?                                                # epoch
    [0-9]+(?:\.[0-9]+)*                                         # release
    (?:[._-]?(?:alpha|a|beta|b|preview|pre|c|rc)[._-]?[0-9]*)?  # pre-release
    (?:-[0-9]+|[._-]?(?:post|rev|r)[._-]?[0-9]*)?               # post-release
    (?:[._-]?dev[._-]?[0-9]*)?                                  # development release
    (?:\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?                         # local version
    \s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


class TensorflowVersionUnparsable(Rule):
    """The recorded TensorFlow version is no version of Python's packaging.

    What it checks: meta_info_def.tensorflow_version against PEP 440, which a release, a nightly and an empty string pass
    and "0.12.head" does not.

    Why it matters: tf.compat.v1.saved_model.load, and tf.saved_model.load for a model without an object graph, compare it
    with 1.9 to know whether variables say that they are trainable, and stop: "packaging.version.InvalidVersion: Invalid
    version: '0.12.head'". TensorFlow up to 2.8 compared with distutils' LooseVersion, which only refuses what does not
    begin with a number. TensorFlow Serving and the V2 path do not look at it.

    How to fix: clear the field, which everybody accepts:
    ``m = SavedModel.FromString(open(f, "rb").read()); m.meta_graphs[0].meta_info_def.tensorflow_version = ""``.
    """

    code = "VR004"
    name = "tensorflow-version-unparsable"
    otherwise = ADVICE_NOTE
    needs = ("odd tensorflow_version",)
    message = "tensorflow_version {version!r} is no valid version (PEP 440)"
    fix = (
        "from tensorflow.core.protobuf.saved_model_pb2 import SavedModel; m = SavedModel.FromString(open('saved_model.pb',"
        " 'rb').read()); m.meta_graphs[{meta_graph}].meta_info_def.tensorflow_version = '';"
        " open('saved_model.pb', 'wb').write(m.SerializeToString())"
    )
    good = (
        Example(f"meta_graph tags=[serve] tensorflow_version=2.15.0-rc1\n{_NODE}"),
        Example(f"meta_graph tags=[serve] tensorflow_version=2.17.0-dev20240501\n{_NODE}"),
        Example(f"meta_graph tags=[serve]\n{_NODE}"),
    )
    bad = (
        Example(f"meta_graph tags=[serve] tensorflow_version=0.12.head\n{_NODE}", expect=("0.12.head",)),
        Example(f"meta_graph tags=[serve] tensorflow_version=banana\n{_NODE}", expect=("banana",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            version = view.meta.tensorflow_version
            if version and not _PEP440.fullmatch(version):
                numbered = version[0].isascii() and version[0].isdigit()
                data = {"version": version, "meta_graph": view.meta.index, "numbered": numbered}
                yield Found(Location("", view.meta.index, field="tensorflow_version"), version, data)
