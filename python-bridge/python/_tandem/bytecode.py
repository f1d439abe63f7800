"""Byte code of a package's modules, kept outside the package (K-19): a later process need not compile them.

A module's byte code is found by what it is made of: its path, its source and the interpreter. Nothing in the cache is
ever out of date, then, and who changes a package in place gets what is there now. Byte code that the package itself has
goes first.
"""

import importlib.machinery
import marshal
import os
import sys

try:
    from _sha2 import sha256
except ImportError:
    try:
        from _sha256 import sha256  # before CPython 3.12
    except ImportError:
        from hashlib import sha256

#: What the cache may take, in bytes. Each of its folders has an equal part.
LIMIT = 256 << 20
_FOLDERS = 64
_DIGEST_SIZE = 32


class Cache:
    """Code objects in the files of a folder, which any number of processes share."""

    def __init__(self, folder, limit=LIMIT):
        self._folder = folder
        self._limit = limit // _FOLDERS
        self._room = {}  # by folder, as far as this process knows
        made_by = (sys.version, sys.flags.optimize, os.environ.get("PYTHONNODEBUGRANGES"))
        self._made_by = repr(made_by).encode()

    def place(self, source, path):
        """Where the byte code of a source belongs: a folder and a name."""
        parts = (self._made_by, os.fsencode(path), source)
        name = sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()
        return os.path.join(self._folder, "%02x" % (int(name[:2], 16) % _FOLDERS)), name

    def read(self, place):
        """The code at a place; None where there is none, or not all of it."""
        try:
            with open(os.path.join(*place), "rb") as file:
                data = file.read()
        except OSError:
            return None
        body = data[_DIGEST_SIZE:]
        return marshal.loads(body) if sha256(body).digest() == data[:_DIGEST_SIZE] else None

    def write(self, place, code):
        """Keep the code, if that can be done."""
        body = marshal.dumps(code)
        size = _DIGEST_SIZE + len(body)
        folder, name = place
        if size > self._limit:
            return
        # Processes in namespaces of their own may have the same number.
        unfinished = os.path.join(folder, os.urandom(16).hex())
        try:
            _make(self._folder)
            _make(folder)
            self._make_room(folder, size)
            file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with open(file, "wb") as to:
                    to.write(sha256(body).digest() + body)
                os.replace(unfinished, os.path.join(folder, name))
            except BaseException:
                os.unlink(unfinished)
                raise
        except OSError:  # a full disk, or somebody who removes the cache: then without it
            pass

    def _make_room(self, folder, size):
        if folder not in self._room or self._room[folder] < size:
            self._room[folder] = self._limit - _clean(folder, self._limit, size)
        self._room[folder] -= size


def _make(folder):
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass


def _clean(folder, limit, size):
    """Remove the longest unused files where there is no room for one of that size; return what is left, in bytes."""
    files = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            files.append((max(status.st_atime, status.st_mtime), status.st_size, entry.path))
    total = sum(file[1] for file in files)
    if total + size <= limit:
        return total
    for _, its_size, path in sorted(files):
        if total + size <= limit * 3 // 4:
            break
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        total -= its_size
    return total


class SourceFileLoader(importlib.machinery.SourceFileLoader):
    """What loads a package's modules from their sources, by way of the cache."""

    cache = None

    def source_to_code(self, data, path, *more, **options):
        """Called for a module without byte code of its own. What else there is to pass depends on the CPython."""
        if more or options.get("_optimization", -1) != -1 or not isinstance(data, bytes):
            return super().source_to_code(data, path, *more, **options)
        place = self.cache.place(data, path)
        code = self.cache.read(place)
        if code is None:
            code = super().source_to_code(data, path, **options)
            self.cache.write(place, code)
        return code


# By their file, an import's own frames are left out of the traceback of what it raises.
_ours = SourceFileLoader.source_to_code
_ours.__code__ = _ours.__code__.replace(co_filename="<frozen importlib._bootstrap_external>")


def keep(folder, roots):
    """Keep the byte code of modules below ``roots``, which end in a slash, in ``folder``.

    The folder is there, and only this user can write to it. Nothing is kept where the user has another place for it, or
    wants none.
    """
    if not folder or os.environ.get("PYTHONDONTWRITEBYTECODE") or sys.pycache_prefix:
        return
    SourceFileLoader.cache = Cache(folder)
    machinery = importlib.machinery
    in_folder = machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (SourceFileLoader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )

    def hook(path):
        if not isinstance(path, str) or not os.path.join(path, "").startswith(roots):
            raise ImportError("not a folder of the package", path=path)
        return in_folder(path)

    sys.path_hooks.insert(0, hook)
    for path in list(sys.path_importer_cache):
        if isinstance(path, str) and os.path.join(path, "").startswith(roots):
            del sys.path_importer_cache[path]
