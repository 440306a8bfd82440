"""The platforms on which snippets can be run."""

from snippets.jobs import Job

from . import compiled, gateways, go, java, node, python, scripts
from .base import Launch, NotHere, Platform

__all__ = ["Launch", "NotHere", "Platform", "platform_of"]

_MODULES = (node, python, go, scripts, java, compiled, gateways)
_SERVERS = {platform.slug: platform for module in _MODULES for platform in module.PLATFORMS}
_CLIENTS = {platform.slug: platform for module in (node, python) for platform in module.CLIENTS}


def platform_of(job: Job) -> Platform:
    """What runs a snippet: the client of a language where its role says so. Raises `NotHere`."""
    if job.plan.get("on") == "browser":
        return node.BROWSER
    if job.role == "handle" and job.plan.get("side") != "server" and job.platform in _CLIENTS:
        return _CLIENTS[job.platform]
    if job.platform not in _SERVERS:
        raise NotHere("the harness does not run this platform")
    return _SERVERS[job.platform]
