"""Which calls of which library read a variable of the environment."""

from __future__ import annotations

import re

#: Functions and objects whose first argument (or that keyword) names a variable.
READERS = frozenset(
    {
        *("os.getenv", "os.getenvb", "os.environ.get", "os.environ.pop"),
        *("os.environ.setdefault", "os.environ.__getitem__"),
        *("os.environ.__contains__", "decouple.config", "decouple.Config()"),
        *("decouple.AutoConfig()", "decouple.Config().get", "decouple.config.get"),
        *("starlette.config.Config()", "starlette.config.Config().get"),
    }
)
KEYWORDS = ("key", "var", "name", "option")
#: django-environ, environs, envparse: an object to call, with a method for each type.
_ENV = re.compile(
    r"(?:(?:environ|environs|envparse)\.(?:FileAware)?Env\(\)|envparse\.env)"
    r"(?:\.(\w+))?"
)
_READS_NOTHING = frozenset(
    "read_env read_envfile prefixed seal dump add_parser parser_for parser".split()
)
#: Methods of django-environ that name a variable of their own accord.
_OWN_NAMES = {
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
    "channels": "CHANNELS_URL",
    "channels_url": "CHANNELS_URL",
}
#: Keywords of click, typer and ConfigArgParse that name variables.
NAMING_KEYWORDS = ("envvar", "env_var")
#: Keywords of click and Dynaconf that name the start of variables.
PREFIX_KEYWORDS = ("auto_envvar_prefix", "envvar_prefix")
#: Methods of Flask's configuration and their argument: all variables with a prefix, or
#: the variable that names a file.
PREFIX_METHOD, FLASK_PREFIX = "from_prefixed_env", "FLASK"
FILE_METHOD = "from_envvar"
#: Classes whose fields are variables.
SETTINGS = frozenset(
    {
        *("pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings"),
        *("pydantic.BaseSettings", "pydantic.v1.BaseSettings"),
        *(
            "pydantic.env_settings.BaseSettings",
            "pydantic.v1.env_settings.BaseSettings",
        ),
    }
)
#: What is given the whole environment without reading a variable that we would name.
_HARMLESS = re.compile(
    r"(subprocess\.\w+|os\.(exec|spawn|posix_spawn)\w*|asyncio\.create_subprocess_\w+"
    r"|dict|len|bool|id|type|isinstance|copy\.\w+|collections\.ChainMap"
    r"|types\.MappingProxyType|typing\.cast|list|sorted|set|tuple|iter"
    r"|(unittest\.)?mock\.patch(\.dict)?|(unittest\.mock\.)?patch\.dict)"
)


def env_method(thing: str) -> str | None:
    """The method of an Env object that a thing is, "" for the object that is called.

    None for everything else, and for methods that read no variable.
    """
    found = _ENV.fullmatch(thing)
    if found is None or found[1] in _READS_NOTHING:
        return None
    return found[1] or ""


def own_name(method: str) -> str | None:
    """The variable that a method of django-environ reads without being told."""
    return _OWN_NAMES.get(method)


def is_prefixed(thing: str) -> bool:
    """Whether a call gives every name below it a prefix, as environs can."""
    found = _ENV.fullmatch(thing)
    return found is not None and found[1] == "prefixed"


def is_harmless(thing: str) -> bool:
    """Whether a callee may have the whole environment without a word."""
    return _HARMLESS.fullmatch(thing) is not None


def is_reader(thing: object) -> bool:
    """Whether a thing is a way to read variables, or makes one."""
    text = thing if isinstance(thing, str) else ""
    return text == "os.environ" or text in READERS or env_method(text) is not None
