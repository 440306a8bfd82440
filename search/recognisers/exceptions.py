"""What client libraries throw, by language. Each form has one group for the status."""

import re

from .reading import CERTAIN, Part, Reading, status

N = r"(?P<status>[1-9][0-9]{2})"
FORMS = (
    # Python
    ("Python exception (requests)", rf"\b{N} (?:Client|Server) Error\b"),
    ("Python exception (urllib)", rf"\bHTTP Error {N}:"),
    ("Python exception (httpx)", rf"\b(?:Client error|Server error|Redirect response|Informational response) '{N}\b"),
    (
        "Python exception (aiohttp)",
        rf"\b(?:ClientResponseError|ContentTypeError|WSServerHandshakeError|ClientHttpProxyError|ClientError): {N}, ?message=",
    ),
    ("Python response (requests)", rf"<Response \[{N}\b"),
    ("Python exception (API client)", rf"\bError code: {N}\b"),
    ("Python exception (urllib3)", rf"\btoo many {N} error responses"),
    ("Python exception (web framework)", rf"\bHTTPException:? ?\(?(?:status_code=)?{N}\b"),
    ("Python exception (werkzeug)", rf"\bwerkzeug\.exceptions\.[A-Za-z]{{3,60}}: {N} "),
    ("Python exception (Google API)", rf"\bHttpError {N} when requesting\b"),
    ("Python exception (Google API)", rf"\bgoogle\.api_core\.exceptions\.[A-Za-z]{{3,60}}: {N} "),
    (
        "Python exception (Elasticsearch)",
        rf"\b(?:TransportError|RequestError|NotFoundError|ApiError|BadRequestError|ConflictError|AuthorizationException|AuthenticationException)\({N},",
    ),
    # Java, Kotlin, Scala
    (
        "Java exception (Spring)",
        rf"\b(?:HttpClientErrorException|HttpServerErrorException|HttpStatusCodeException|RestClientResponseException|UnknownHttpStatusCodeException|WebClientResponseException)(?:\$[A-Za-z]{{2,60}})?: {N}\b",
    ),
    ("Java exception (Spring)", rf"\bResponseStatusException: {N} "),
    ("Java exception (HttpURLConnection)", rf"\bServer returned HTTP response code: {N} for URL\b"),
    ("Java exception (Feign)", rf"\bFeignException(?:\$[A-Za-z]{{2,60}})?: (?:status |\[){N}\b"),
    ("Java exception (Retrofit)", rf"\bHttpException: HTTP {N}\b"),
    ("Java exception (JAX-RS)", rf"\b(?:javax|jakarta)\.ws\.rs\.[A-Za-z]{{3,60}}: HTTP {N}\b"),
    (
        "Java exception (Ktor)",
        rf"\b(?:ClientRequestException|ServerResponseException|RedirectResponseException|ResponseException): .{{0,300}}?\b{N} ",
    ),
    ("Java exception (Apache HttpClient)", rf"\bHttpResponseException: (?:status code: )?{N}\b"),
    ("Java exception (AWS)", rf"\bStatus Code: {N}[;,]"),
    ("Java exception (Jsoup)", rf"\bHTTP error fetching URL\. Status={N}\b"),
    ("Java exception (Maven)", rf"\bstatus code: {N}, reason phrase: "),
    ("Java exception (OkHttp)", rf"\bResponse\{{protocol=[^,]{{1,20}}, code={N}\b"),
    # Node and browsers
    ("JavaScript error (axios)", rf"\bRequest failed with status code {N}\b"),
    ("JavaScript error (got)", rf"\bResponse code {N} \("),
    ("JavaScript error (npm)", rf"\bnpm (?:ERR!|error) (?:code E)?{N}\b"),
    ("JavaScript error (request-promise)", rf"\bStatusCodeError: {N}\b"),
    ("JavaScript error (superagent)", rf"\bstatus: {N}, ?text:"),
    (
        "JavaScript error",
        rf"\b(?:Error|HTTPError|FetchError|ApiError|AxiosError|ApolloError|ServerError|HttpError|ResponseError)(?: \[[A-Z_]{{2,60}}\])?: (?:HTTP(?: error!?| status)?:? ?|[Ss]tatus:? ?|[Uu]nexpected server response: ?|[Rr]esponse (?:not successful: Received )?status code:? ?)?{N}\b",
    ),
    ("JavaScript error (WebSocket)", rf"\bUnexpected (?:server response|response code): {N}\b"),
    ("JavaScript error (GraphQL client)", rf"\bReceived status code {N}\b"),
    ("JavaScript error (fetch)", rf"\bHTTP error!? (?:[Ss]tatus:? ?)?{N}\b"),
    ("JavaScript error (Angular)", rf"\bHttp failure response for .{{0,2000}}?: {N}\b"),
    # Go
    (
        "Go error",
        rf"\b(?:unexpected|bad|invalid|received unexpected|non-200|non-2xx|wrong|got|error|received|failed with|returned)(?: HTTP)?(?: response)?(?: status)?(?: code)?(?: from [^:\n]{{1,200}})?:? {N}(?! ?(?:ms|bytes|seconds)\b)",
    ),
    ("Go error (Google API)", rf"\bgoogleapi: (?:Error|got HTTP response code) {N}\b"),
    ("Go error (AWS)", rf"\bStatusCode: {N}\b"),
    ("Go error (git, Docker)", rf"\bserver (?:replied|returned|responded)(?: with)?(?: status)?(?: code)?:? {N}\b"),
    ("Go error (Docker)", rf"\bstatus(?: from [A-Z]{{3,7}} request to \S{{1,500}})?: {N}\b"),
    # Ruby
    ("Ruby exception (RestClient)", rf"\b{N} [A-Z][A-Za-z ]{{1,40}} \(RestClient::"),
    ("Ruby exception (Net::HTTP)", rf"\bNet::HTTP[A-Za-z]{{2,40}}(?:: | \(?|::)\"?{N}\b"),
    ("Ruby exception (Faraday)", rf"\bthe server responded with status {N}\b"),
    ("Ruby exception (OpenURI)", rf"\bOpenURI::HTTPError: {N}\b|OpenURI::HTTPError \((?P<other>[1-9][0-9]{{2}}) "),
    # PHP
    ("PHP exception (Guzzle)", rf"\bresulted in a `{N}\b"),
    ("PHP warning", rf"\bHTTP request failed! HTTP/[0-9.]+ {N}\b"),
    ("PHP exception (Symfony)", rf"\bHTTP/[0-9.]+ {N} (?:[A-Z][A-Za-z ]{{1,40}} )?returned for\b"),
    ("PHP exception (Laravel)", rf"\bHTTP request returned status code {N}\b"),
    ("PHP exception (SoapClient)", rf"\bSoapFault exception: \[HTTP\] .{{0,100}}?{N}"),
    # .NET
    (".NET exception", rf"\bResponse status code does not indicate success: {N}\b"),
    (".NET exception", rf"\bThe remote server returned an (?:unexpected response|error): \({N}\)"),
    (".NET exception", rf"\b[Tt]he request failed with HTTP status {N}\b"),
    (".NET exception (Azure)", rf"\bStatus: {N} \("),
    # Rust, Elixir, Dart, Swift, Perl, shells
    ("Rust error (reqwest)", rf"\bHTTP status (?:client|server) error \({N}\b"),
    ("Rust error (reqwest)", rf"\bstatus(?:: |\(){N}\b"),
    ("Dart error", rf"\bDioException \[bad response\]:.{{0,300}}?status code of {N}\b"),
    ("Swift error (Alamofire)", rf"\bResponse status code was unacceptable: {N}\b"),
    ("message of wget", rf"\bERROR {N}: [A-Z]"),
    ("message of git", rf"\bThe requested URL returned error: {N}\b"),
    ("message of apt", rf"^(?:Err|E|W):.{{0,2000}}?\s{N}\s\s[A-Z]"),
    ("message of pip or conda", rf"\bHTTP {N} [A-Z ]{{4,40}} for url\b"),
    ("message of yum", rf"\[Errno 14\] HTTPS? Error {N} "),
    # Browsers
    ("line of the browser's console", rf"\bserver responded with a status of {N}\b"),
    ("line of the browser's console", rf"\bnet::ERR_(?:ABORTED|FAILED|HTTP_RESPONSE_CODE_FAILURE) {N}\b"),
    (
        "line of the browser's console",
        rf"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) https?://\S{{1,2000}} (?:net::\S+ )?{N}\b",
    ),
    ("line of Firefox's console", rf"\[HTTP/[0-9.]+ {N}\b"),
    ("network panel", rf"\bStatus(?: Code)?:?\s{{1,4}}(?:🔴 |🟢 |● )?{N}\b"),
)
# One scan finds whether a form can match at all; forms are tried only where a three-digit number stands.
COMPILED = tuple((kind, re.compile(form, re.M)) for kind, form in FORMS)
ENOUGH = 1_500
NUMBER = re.compile(r"(?<![0-9.])[1-9][0-9]{2}(?![0-9])")


def recognise(text: str) -> Reading | None:
    """The first form, in the order of the list, that stands in the text."""
    if len(text) > 2 * ENOUGH:
        # A trace names its exception first or last.
        text = f"{text[:ENOUGH]}\n{text[-ENOUGH:]}"
    if not NUMBER.search(text):
        return None
    for kind, form in COMPILED:
        if found := form.search(text):
            number = found["status"] or found.groupdict().get("other")
            line = _line_of(text, found.start())
            return Reading(
                kind,
                line,
                status(number),
                message=line,
                parts=(Part(found[0].strip()[:300], "message"), Part(number, "status")),
                confidence=CERTAIN,
            )
    return None


def _line_of(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return text[start : end if end >= 0 else len(text)].strip()[:1000]
