"""Python runs this before anything else when its folder is on PYTHONPATH: it plants one fault.

MUTATION holds JSON: the module whose source is changed, the text that stands in
it once, and what shall stand there. The files of the module stay as they are.
"""

import importlib.machinery
import json
import os
import sys

_WANTED = json.loads(os.environ.get("MUTATION", "{}"))


class _Mutated(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        path = self.get_filename(fullname)
        # Past the compiled file, which is that of the sound source.
        source = self.get_data(path).decode()
        if source.count(_WANTED["before"]) != 1:
            raise ImportError(f"the fault cannot be planted: its place in {path} is not there once")
        return compile(source.replace(_WANTED["before"], _WANTED["after"]), path, "exec")


class _Finder:
    """Finds the one module as others do, and loads it changed."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != _WANTED["module"]:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.origin is not None:
                spec.loader = _Mutated(fullname, spec.origin)
                return spec
        return None


if _WANTED:
    sys.meta_path.insert(0, _Finder())
