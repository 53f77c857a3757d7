"""A service that knows nothing of Mamparo: standard library only."""
import json
import os
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            open("slow-begun", "w").close()
            time.sleep(3)
        if self.path == "/call":
            with urllib.request.urlopen(os.environ["BACK_URL"] + "/back", timeout=5) as answer:
                body = answer.read()
        else:
            body = json.dumps({
                "pid": os.getpid(),
                "service": os.environ["MAMPARO_SERVICE"],
                "greeting": os.environ.get("GREETING"),
                "database": os.environ.get("DATABASE_URL"),
            }).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *args):
        print(form % args, flush=True)


print("listening on", os.environ["PORT"], flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
