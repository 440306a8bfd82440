"""AWS: access logs of the Application and the classic Load Balancer, and of CloudFront."""

import re

from .reading import Part, Reading, after, status

TIME = r"(?:-1|[0-9]{1,6}(?:\.[0-9]{1,9})?)"
BALANCER = re.compile(
    rf"(?P<client>\S{{3,60}}:[0-9]{{1,5}}) (?P<target>-|\S{{3,60}}:[0-9]{{1,5}}) (?P<t1>{TIME}) (?P<t2>{TIME}) (?P<t3>{TIME}) "
    r"(?P<elb>[0-9]{3}|-) (?P<answer>[0-9]{3}|-|0) (?P<received>-?[0-9]{1,12}) (?P<sent>-?[0-9]{1,12}) (?P<request>\"[^\"\n]*+\")?"
)
CLOUDFRONT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}\s+[0-9:]{8}\s+(?P<edge>[A-Z]{3}[0-9]{1,3}(?:-[A-Z0-9]{2,4})?)\s+(?P<size>[0-9]+)\s+(?P<client>\S{3,45})\s+"
    r"(?P<method>[A-Z]{3,8})\s+(?P<host>\S{1,250})\s+(?P<stem>/\S{0,2000})\s+(?P<status>[0-9]{3})\s(?P<rest>[^\n]*+)"
)
RESULT = re.compile(
    r"(?<=\s)(?P<result>Hit|RefreshHit|OriginShieldHit|Miss|LimitExceeded|CapacityExceeded|Error|Redirect|LambdaExecutionError|"
    r"LambdaValidationError|LambdaLimitExceeded|FunctionExecutionError|FunctionGeneratedResponse|FunctionThrottledError|"
    r"ClientCommError|OriginConnectError|OriginDnsError|OriginError|ClientGeoBlocked|AbortedOrigin)(?=\s)"
)


def recognise(line: str) -> Reading | None:
    if found := BALANCER.search(line):
        return _balancer(line, found)
    if found := CLOUDFRONT.search(line):
        return _cloudfront(found)
    return None


def _balancer(line: str, found: re.Match) -> Reading:
    number = status(found["elb"])
    application = " app/" in line[: found.start() + 1]
    kind = "AWS Application Load Balancer line" if application else "AWS load balancer line"
    answered = status(found["answer"])
    parts = [
        Part(found["client"], "client"),
        Part(found["target"], "target", "none was chosen" if found["target"] == "-" else "who was asked"),
        Part(f"{found['t1']} {found['t2']} {found['t3']}", "durations", "to the target, its answer, to the client"),
        Part(found["elb"], "status", "what the load balancer sent to the client"),
        Part(found["answer"], "target status", "the target answered" if answered else "the target gave no answer"),
    ]
    if found["request"]:
        parts.append(Part(found["request"], "request"))
    if answered:
        speaker = "the target answered so" if answered == number else "the load balancer"
    else:
        speaker = f"the load balancer itself {after(found['t2']) if found['t2'] != '-1' else ''}".strip()
    if number == 460:
        speaker = "the client went away"
    return Reading(kind, line.strip(), number, vendor="aws-alb", speaker=speaker, parts=tuple(parts))


def _cloudfront(found: re.Match) -> Reading:
    parts = [
        Part(found["edge"], "edge location"),
        Part(found["client"], "client"),
        Part(f"{found['method']} {found['stem']}", "request"),
        Part(found["status"], "status"),
    ]
    number = status(found["status"])
    result = RESULT.search(found["rest"])
    message = ""
    if result:
        parts.append(Part(result["result"], "result", "what CloudFront did"))
        message = result["result"]
    speaker = "CloudFront" if message.endswith(("Error", "Exceeded", "Blocked")) else ""
    if number == 0:
        speaker = "the client went away"
    return Reading(
        "CloudFront log line",
        found[0],
        number,
        vendor="cloudfront",
        speaker=speaker,
        message=message,
        parts=tuple(parts),
    )
