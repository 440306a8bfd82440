"""Names of HTTP header fields: those of IANA's registry that a page may speak of, and those that pages use."""

NAMES = """
A-IM Accept Accept-CH Accept-Charset Accept-Datetime Accept-Encoding Accept-Language Accept-Patch Accept-Post
Accept-Query Accept-Ranges Access-Control-Allow-Credentials Access-Control-Allow-Headers Access-Control-Allow-Methods
Access-Control-Allow-Origin Access-Control-Allow-Private-Network Access-Control-Expose-Headers Access-Control-Max-Age
Access-Control-Request-Headers Access-Control-Request-Method Access-Control-Request-Private-Network Age Allow ALPN
Alt-Svc Alt-Used Apply-To-Redirect-Ref Authentication-Control Authentication-Info Authorization Available-Dictionary
Cache-Control Cache-Status Cal-Managed-ID CalDAV-Timezones Capsule-Protocol CDN-Cache-Control CDN-Loop
Clear-Site-Data Client-Cert Client-Cert-Chain Close Connection Content-Digest Content-Disposition Content-Encoding
Content-Language Content-Length Content-Location Content-Range Content-Security-Policy
Content-Security-Policy-Report-Only Content-Type Cookie Critical-CH Cross-Origin-Embedder-Policy
Cross-Origin-Embedder-Policy-Report-Only Cross-Origin-Opener-Policy Cross-Origin-Resource-Policy DASL Date DAV
Delta-Base Deprecation Depth Destination Dictionary-ID DNT Downlink DPoP DPoP-Nonce Early-Data ECT ETag Expect
Expect-CT Expires Forwarded From GRPC-Message GRPC-Status Hobareg Host HTTP2-Settings Idempotency-Key If If-Match
If-Modified-Since If-None-Match If-Range If-Schedule-Tag-Match If-Unmodified-Since IM Include-Referred-Token-Binding-ID
Keep-Alive Label Last-Event-ID Last-Modified Link Link-Template Location Lock-Token Max-Forwards Memento-Datetime
Meter MIME-Version Negotiate NEL Ordering-Type Origin Origin-Agent-Cluster OSCORE OSLC-Core-Version Overwrite
Permissions-Policy Pragma Prefer Preference-Applied Priority Proxy-Authenticate Proxy-Authentication-Info
Proxy-Authorization Proxy-Connection Proxy-Status Public-Key-Pins Purpose Range RateLimit RateLimit-Limit
RateLimit-Policy RateLimit-Remaining RateLimit-Reset Redirect-Ref Referer Referrer-Policy Refresh Replay-Nonce
Reporting-Endpoints Report-To Repr-Digest Retry-After RTT Save-Data Schedule-Reply Schedule-Tag Sec-CH-UA
Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC Sec-Purpose
Sec-Token-Binding Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol
Sec-WebSocket-Version Server Server-Timing Service-Worker-Allowed Set-Cookie Signature Signature-Input SLUG SOAPAction
SourceMap Status Status-URI Strict-Transport-Security Sunset Surrogate-Capability Surrogate-Control TE Timeout
Timing-Allow-Origin Topic Traceparent Tracestate Trailer Transfer-Encoding TTL Upgrade Upgrade-Insecure-Requests Urgency
Use-As-Dictionary User-Agent Vary Via Want-Content-Digest Want-Repr-Digest Warning WWW-Authenticate
X-Content-Type-Options X-DNS-Prefetch-Control X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Frame-Options
X-Permitted-Cross-Domain-Policies X-Powered-By X-Real-IP X-Request-ID X-Robots-Tag

Akamai-GRN CF-Cache-Status CF-Connecting-IP CF-Ray Crawler-Price Fly-Request-ID Ms-Echo-Request Upload-Complete
Upload-Draft-Interop-Version Upload-Length Upload-Limit Upload-Offset X-Accel-Redirect X-Amz-Cf-Id X-Amz-Cf-Pop
X-Amzn-ErrorType X-Amzn-RequestId X-Amzn-Trace-Id X-Azure-Ref X-Cache X-CSRF-Token X-Correlation-ID
X-Envoy-Response-Flags X-Envoy-Upstream-Service-Time X-Mashery-Error-Code X-RateLimit-Limit X-RateLimit-Remaining
X-RateLimit-Reset X-Requested-With X-Served-By X-Timer X-Varnish X-Vercel-Error X-Vercel-Id
""".split()

# By their lower-case form: the case of a field name says nothing (RFC 9110 §5.1).
FIELD_NAMES = {name.lower(): name for name in NAMES}
