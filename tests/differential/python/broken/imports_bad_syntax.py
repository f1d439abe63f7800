from . import bad_syntax
