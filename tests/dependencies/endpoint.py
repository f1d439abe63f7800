"""A server on the loopback interface that handlers talk to: it answers, and keeps what it was asked."""

import base64
import dataclasses
import http.server
import json
import threading
import urllib.parse

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/Ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict  # by names in lower case
    body: bytes


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        content = body.encode()
        self.send_response(status)
        for name, value in {"Content-Length": len(content), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        self.handle_request()

    def do_GET(self):
        self.handle_request()

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.command, self.path, headers, body))
        path, _, query = self.path.partition("?")
        if path == "/echo":
            user = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
            seen = {"query": urllib.parse.parse_qs(query), "json": json.loads(body), "user": user}
            visits = int(headers.get("cookie", "visits=0").partition("=")[2]) + 1
            self.answer(200, json.dumps(seen), Content_Type="application/json", Set_Cookie=f"visits={visits}")
        elif path == "/" and b"Action=GetCallerIdentity" in body:
            self.answer(200, IDENTITY, Content_Type="text/xml")
        elif path == "/2015-03-31/functions/other/invocations":
            self.answer(200, json.dumps({"hello": json.loads(body)["name"]}), Content_Type="application/json")
        else:
            self.answer(404, '{"Message": "no such function"}', x_amzn_ErrorType="ResourceNotFoundException")


class Endpoint:
    """Lifetime: a `with` block."""

    def __enter__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.requests = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self):
        return self._server.requests
