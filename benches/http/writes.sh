#!/usr/bin/env bash
# Durable ratings a second at 64 connections on SQLite and on PostgreSQL, one after the other, three rounds. Needs wrk and
# PostgreSQL (Debian: wrk, postgresql); run as root the servers run as nobody.
#
#   benches/http/writes.sh ZEYOU [ROUNDS] [SECONDS] [FOLDER]
#
# NATION=100000 begins from a nation of 2,500 parks, 3,000 colleges and so many ratings, instead of the demo city.
# PRIORITY="chrt -f 10" runs what is measured before everything else on the machine.
# SETTINGS="shared_buffers=1GB ..." sets PostgreSQL.
set -euo pipefail
zeyou=$(realpath "$1") rounds=${2:-3} seconds=${3:-4} folder=${4:-$(mktemp -d)} priority=${PRIORITY:-}
here=$(cd "$(dirname "$0")" && pwd)
pgport=7831 port=7832 base=http://127.0.0.1:7832
chmod 755 "$folder"
server= postgres=
trap 'kill ${server:-} ${postgres:-} 2>/dev/null || true' EXIT
. "$here/postgres.sh"
# shellcheck disable=SC2086 # several settings
start_postgres "$folder/pg" $pgport shared_buffers=128MB ${SETTINGS:-}
echo "a synced write of 8 KiB on this disk: $("$programs/pg_test_fsync" -s 1 -f "$folder/fsync" | awk '$1 == "fdatasync" { print $4, $5; exit }')"

n=120000
enterprises=40 colleges=20 data=$here/../../data/demo
if [ -n "${NATION:-}" ]; then
    enterprises=50000 colleges=3000 data=$folder/nation
    "$zeyou" generate --parks 2500 --colleges $colleges --enterprises $enterprises --ratings "$NATION" --seed 1 "$data" >/dev/null
fi
{
    echo "id,enterprise,college,kind,start,end,status"
    seq 1 $n | awk -v e=$enterprises -v c=$colleges '{ printf "R%d,E%05d,C%04d,hire,2026-01-01,2026-06-01,closed\n", $1, $1 % e + 1, $1 * 7 % c + 1 }'
} >"$folder/engagements.csv"
seq 1 $n | awk '{ print "R" $1 }' >"$folder/unrated.txt"
sql postgres "CREATE ROLE zeyou LOGIN"
sql postgres "CREATE DATABASE zeyou OWNER zeyou"
declare -A log=([sqlite]=$folder/zeyou.db [postgres]=postgres://zeyou@127.0.0.1:$pgport/zeyou)
for kind in sqlite postgres; do
    for what in "$data" "$folder/engagements.csv"; do
        ZEYOU_DATABASE_URL=${log[$kind]} "$zeyou" import "$what" >/dev/null 2>&1
    done
done
for round in $(seq "$rounds"); do
    for kind in sqlite postgres; do
        ZEYOU_DATABASE_URL=${log[$kind]} $priority "$zeyou" serve --without-accounts --rating-window-days 0 --listen 127.0.0.1:$port >"$folder/$kind.log" 2>&1 &
        server=$!
        until curl -sf $base/health/ready >/dev/null; do sleep 0.05; done
        before=$(curl -s $base/health/ready | tr -dc 0-9)
        echo "round $round, $kind, $before events:"
        $priority wrk -t1 -c64 -d"$seconds" -s "$here/rate.lua" $base -- "$folder/unrated.txt" $((round * 40000 - 40000)) \
            | grep -E 'p99|Requests/sec'
        kill $server
        wait $server || true
        server=
    done
done
echo "bytes: SQLite $(du -b --total "$folder"/zeyou.db* | awk 'END { print $1 }')," \
    "PostgreSQL $(sql zeyou "SELECT string_agg(relname || ' ' || pg_total_relation_size(oid), ', ') FROM pg_class WHERE relname IN ('event_log', 'idempotency', 'state_snapshot', 'fit_part')")"
