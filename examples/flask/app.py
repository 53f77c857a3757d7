"""Notes in PostgreSQL: a program with variable names and a port of its own, which knows nothing of Mamparo."""

import os

import psycopg2
from flask import Flask, jsonify, request

app = Flask(__name__)


def connect():
    return psycopg2.connect(
        host=os.environ["DB_HOST"],
        port=os.environ["DB_PORT"],
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        dbname=os.environ["DB_NAME"],
        connect_timeout=2,
    )


def query(sql, *values):
    connection = connect()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [{"id": row[0], "text": row[1]} for row in cursor.fetchall()]
    finally:
        connection.close()


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/notes")
def notes():
    return jsonify(query("SELECT id, text FROM note ORDER BY id DESC LIMIT 100"))


@app.post("/notes")
def add():
    body = request.get_json(silent=True)
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip() or len(text) > 1000 or "\0" in text:
        return jsonify(error="text: must have 1 to 1000 characters"), 400
    return jsonify(query("INSERT INTO note (text) VALUES (%s) RETURNING id, text", text)[0]), 201


@app.errorhandler(psycopg2.OperationalError)
def database_is_away(_):
    return jsonify(error="the database cannot answer at the moment"), 503, {"Retry-After": "1"}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5001, threaded=True)  # insists on this port
