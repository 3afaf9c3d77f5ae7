#!/usr/bin/env bash
# P23, the drill: how long a backup takes beside a running server, and from an empty box with that backup to a server that is ready,
# on SQLite and on PostgreSQL. All state digests must be equal. Needs PostgreSQL (Debian: postgresql); run as root it runs as nobody.
#
#   benches/http/recover.sh ZEYOU [RATINGS] [FOLDER]
#
# A nation.db that lies in FOLDER is taken as it is: to import a million ratings takes some ten minutes.
set -euo pipefail
zeyou=$(realpath "$1") ratings=${2:-1000000} folder=${3:-$(mktemp -d)} port=7852
here=$(cd "$(dirname "$0")" && pwd)
folder=$(realpath "$folder")
chmod 755 "$folder"
server= postgres=
trap 'kill ${server:-} ${postgres:-} 2>/dev/null || true' EXIT
. "$here/postgres.sh"
start_postgres "$folder/pg" 7851 max_wal_size=4GB shared_buffers=256MB
sql postgres "CREATE ROLE zeyou LOGIN"
sql postgres "CREATE DATABASE zeyou OWNER zeyou"
log=$folder/nation.db
if [ ! -e "$log" ]; then
    "$zeyou" generate --parks 2500 --colleges 3000 --enterprises 50000 --ratings "$ratings" --seed 1 "$folder/csv" >/dev/null
    "$zeyou" --database "$log" import "$folder/csv" >/dev/null
fi

# Runs a command; its seconds in `took`, its state digest in `digest`.
timed() {
    local from=$(date +%s%N) said
    said=$("$@" 2>&1) || { echo "$said" >&2; exit 1; }
    took=$((($(date +%s%N) - from) / 1000000))
    digest=$(sed -n 's/.*state digest \([0-9a-f]*\).*/\1/p' <<<"$said" | head -1)
}
# Serves a log; milliseconds until it is ready in `took`.
serve() {
    local from=$(date +%s%N)
    ZEYOU_DATABASE_URL=$1 "$zeyou" serve --without-accounts --listen 127.0.0.1:$port >"$folder/server.log" 2>&1 &
    server=$!
    until curl -sf http://127.0.0.1:$port/health/ready >/dev/null; do sleep 0.01; done
    took=$((($(date +%s%N) - from) / 1000000))
}
stop() {
    kill "$server"
    wait "$server" || true
    server=
}
serve "sqlite:$log"
timed "$zeyou" --database "$log" backup "$folder/backup.db"
stop
kept=$digest
echo "backup of $ratings ratings beside a server: $took ms, $(stat -c %s "$folder/backup.db") bytes"
for to in "sqlite:$folder/restored.db" "postgres://zeyou@127.0.0.1:7851/zeyou"; do
    timed env ZEYOU_DATABASE_URL="$to" "$zeyou" restore "$folder/backup.db"
    restored=$took
    [ -n "$kept" ] && [ "$digest" = "$kept" ] || { echo "the digests differ: $kept, $digest" >&2; exit 1; }
    serve "$to"
    echo "${to%%:*}: restored in $restored ms, ready $took ms after its start; the same digest"
    stop
done
