"""The registry of formats, each recognised by its content. The first that fits reads.

`PLAIN` comes last: it takes any JSON whose leaves are numbers with telling names.
"""

from gatekeeper.performance.trial import Format

FORMATS: tuple[Format, ...] = ()
