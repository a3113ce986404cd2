"""Serves duckdb-kql's own Kusto REST endpoint on this machine, with a way to fill its tables: serve.py PORT.
Never knows what its answers are for.

POST /tables {"name": NAME, "columns": [[NAME, TYPE], ...], "rows": [[VALUE, ...], ...]} makes a table anew; types
are string, datetime and dynamic. Queries (/v2/rest/query) and commands (/v1/rest/mgmt) are answered by duckdb-kql.
"""

import json
import sys

import duckdb_kql
from duckdb_kql.server import KustoRestServer

TYPES = {"string": "VARCHAR", "datetime": "TIMESTAMP", "dynamic": "JSON"}

server = KustoRestServer(duckdb_kql.connect(), port=int(sys.argv[1]), quiet=True)


class Handler(server.RequestHandlerClass):
    def do_POST(self):
        if self.path != "/tables":
            return super().do_POST()
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["name"]
        columns = ", ".join(f'"{column}" {TYPES[kind]}' for column, kind in asked["columns"])
        with server._lock:
            server._con.execute(f'CREATE OR REPLACE TABLE "{name}" ({columns})')
            if asked["rows"]:
                marks = ", ".join("?" for _ in asked["columns"])
                server._con.executemany(f'INSERT INTO "{name}" VALUES ({marks})', asked["rows"])
        self._send(200, {})


server.RequestHandlerClass = Handler
server.serve_forever()
