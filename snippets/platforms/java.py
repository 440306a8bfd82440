"""Java: one source file, started as it is."""

import re
from functools import cache

from codes.runs import Run
from snippets.jobs import Job
from snippets.places import Place, authority
from snippets.processes import ask, environment, finish

from .base import Launch, Platform, program

LISTENS = (r"new InetSocketAddress\((?:\"[\w.]*\", )?([0-9]+)\)",)


@cache
def _java() -> str:
    program("javac")
    return "Java " + re.search(r'version "([^"]+)"', ask(program("java"), "-version"))[1]


def launch(job: Job, run: Run, place: Place) -> Launch:
    """What stands around the code of a client is the `main` of a class before it: Java starts the first one."""
    source = job.code
    if run.below:
        imports = list(re.finditer(r"^import [^;]+;\n", source, re.M))
        end = imports[-1].end() if imports else 0
        body = f"class Call {{ public static void main(String[] args) throws Exception {{\n{run.below}\n}} }}\n"
        source = f"{source[:end]}{run.above}\n{body}{source[end:]}"
    place.write("Snippet.java", place.code(source))
    trust = []
    if place.server:
        place.write("ca.pem", authority())
        keytool = (
            "-importcert -noprompt -alias run -file ca.pem -keystore trust.p12 -storetype PKCS12 -storepass changeit"
        )
        finish([program("keytool"), *keytool.split()], place.folder, environment(place.folder, {}), place.output, 30)
        trust = ["-Djavax.net.ssl.trustStore=trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit"]
    options = [*trust, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
    return Launch([program("java"), *options, "Snippet.java"])


PLATFORMS = [
    Platform("java", lambda code: _java(), launch, LISTENS),
    Platform("java-client", lambda code: _java(), launch, is_client=True),
]
