"""Answers queries in KQL with duckdb-kql: one request on each line of standard input, one answer on each
line of standard output. Never knows what its answers are for.

A request: {"table": NAME, "columns": [[NAME, TYPE], …], "rows": [[VALUE, …], …], "query": KQL}, types being
string, datetime and dynamic. An answer: {"columns": [NAME, …], "rows": [[VALUE, …], …]} or {"error": WHY}.
"""

import datetime
import json
import sys

import duckdb_kql

TYPES = {"string": "VARCHAR", "datetime": "TIMESTAMP", "dynamic": "JSON"}


def cell(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def answer(request):
    table = request["table"]
    connection = duckdb_kql.connect()
    columns = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in request["columns"])
    connection.execute(f'CREATE TABLE "{table}" ({columns})')
    if request["rows"]:
        marks = ", ".join("?" for _ in request["columns"])
        connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', request["rows"])
    found = duckdb_kql.kql(connection, request["query"])
    rows = [[cell(value) for value in row] for row in found.fetchall()]
    return {"columns": list(found.columns), "rows": rows}


for line in sys.stdin:
    try:
        answered = answer(json.loads(line))
    except Exception as error:
        answered = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answered), flush=True)
