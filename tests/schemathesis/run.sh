#!/usr/bin/env bash
# Schemathesis against the whole OpenAPI document of a server with the demo city: no 5xx but 503, answers as documented, 405 with Allow.
# ZEYOU_SEED chooses other cases; the same seed draws the same.
#
#   tests/schemathesis/run.sh [EXAMPLES] [PHASES]
set -euo pipefail
examples=${1:-1} phases=${2:-examples,fuzzing}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
venv=$target/schemathesis
[ -x "$venv/bin/st" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet -r "$here/requirements.txt"; }
# The program that the tests run. `cargo build` would make another: without the features that the tests' dependencies ask for, every
# crate is built anew.
cargo test --locked --no-run --quiet --test deploy
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
zeyou=$(realpath "$target/debug/zeyou")
# What is tried is every input, not who may send it.
(cd "$folder" && "$zeyou" import "$here/../../data/demo" >serve.log 2>&1 &&
  exec "$zeyou" serve --without-accounts --listen "127.0.0.1:$port" >>serve.log 2>&1) &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 200); do curl -sf "http://127.0.0.1:$port/health/ready" >/dev/null && break; sleep 0.3; done
# Schemathesis keeps notes where it runs. The stream of events never ends: a client that waits for its end cannot test it.
cd "$folder"
"$venv/bin/st" --config-file "$here/schemathesis.toml" run "http://127.0.0.1:$port/openapi.json" \
    --seed "${ZEYOU_SEED:-1}" --phases "$phases" --max-examples "$examples" --workers 2 --continue-on-failure --request-timeout 60 --warnings off \
    --exclude-path /api/v1/events \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance
