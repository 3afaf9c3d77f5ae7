#!/usr/bin/env bash
# Replicas on PostgreSQL at a million ratings: how soon a new one is ready, and how much three answer beside one. Needs wrk and
# PostgreSQL (Debian: wrk, postgresql); run as root the database runs as nobody.
#
#   benches/http/replicas.sh ZEYOU [RATINGS] [FOLDER]
#
# SERVERS: cores of the replicas (0), ASKERS: cores of whoever asks (1), e.g. SERVERS=0,1,2 ASKERS=3-5. One replica has the
# first of the cores, three have all of them; wanted is .9 of what one answers, times the number of cores.
# PRIORITY="chrt -r 10" runs what is measured before everything else on the machine.
set -euo pipefail
zeyou=$(realpath "$1") ratings=${2:-1000000} folder=${3:-$(mktemp -d)} priority=${PRIORITY:-}
servers=${SERVERS:-0} askers=${ASKERS:-1}
here=$(cd "$(dirname "$0")" && pwd)
parks=2500 colleges=3000 pgport=7841 port=7842
mkdir -p "$folder"
folder=$(realpath "$folder")
chmod 755 "$folder"
postgres= running=()
trap 'kill ${running[@]:-} ${postgres:-} 2>/dev/null || true' EXIT
. "$here/postgres.sh"
loaded=$folder/loaded-$ratings
priority= start_postgres "$folder/pg" $pgport max_wal_size=4GB shared_buffers=256MB
export ZEYOU_DATABASE_URL=postgres://zeyou@127.0.0.1:$pgport/zeyou
if [ ! -e "$loaded" ]; then
    sql postgres "CREATE ROLE zeyou LOGIN"
    sql postgres "CREATE DATABASE zeyou OWNER zeyou"
    "$zeyou" generate --parks $parks --colleges $colleges --enterprises 50000 --ratings "$ratings" --seed 1 "$folder/csv" >/dev/null
    # By way of a file: one import is one transaction, which a server would have to hold for minutes.
    env -u ZEYOU_DATABASE_URL "$zeyou" --database "$folder/nation.db" import "$folder/csv"
    "$zeyou" restore "$folder/nation.db"
    touch "$loaded"
fi

# Starts replica number $1 on the cores $2; milliseconds until it is ready.
start() {
    local from=$(date +%s%N)
    $priority taskset -c "$2" "$zeyou" serve --without-accounts --rating-window-days 0 --replica "r$1" --listen 127.0.0.1:$((port + $1)) \
        >"$folder/r$1.log" 2>&1 &
    running+=($!)
    until curl -sf http://127.0.0.1:$((port + $1))/health/ready >/dev/null; do sleep 0.01; done
    took=$((($(date +%s%N) - from) / 1000000))
}
stop() {
    kill "${running[@]}"
    wait "${running[@]}" || true
    running=()
}
# Distinct questions a second of $1 replicas together; on so few connections that no core refuses any.
ask() {
    local each=() n
    for n in $(seq 0 $(($1 - 1))); do
        $priority taskset -c "$askers" wrk -t1 -c16 -d8 --latency -s "$here/ask.lua" http://127.0.0.1:$((port + n)) -- $parks $colleges \
            >"$folder/wrk$n" &
        each+=($!)
    done
    wait "${each[@]}"
    asked=$(seq 0 $(($1 - 1)) | while read -r n; do awk '/Requests\/sec/ { print $2 }' "$folder/wrk$n"; done | awk '{ sum += $1 } END { print int(sum) }')
    grep -H -E '99%|Non-2xx' $(seq -f "$folder/wrk%g" 0 $(($1 - 1))) || true
}

# The first one writes the day's clock event and, if the engine is new, the fit table; it leaves a snapshot for the others.
all=$servers,$askers
start 0 "$all"
echo "the first replica: ready after $took ms"
stop
start 0 "$all"
for run in 1 2 3; do
    start 1 "$all"
    echo "a new replica beside one that serves $(curl -s http://127.0.0.1:$port/health/ready): ready after $took ms (wanted: 5000)"
    kill "${running[1]}"
    wait "${running[1]}" || true
    running=("${running[0]}")
done
stop
cores=$(taskset -c "$servers" nproc) first=${servers%%[,-]*}
for run in 1 2 3; do
    start 0 "$first"
    ask 1
    one=$asked
    stop
    for n in 0 1 2; do start $n "$servers"; done
    ask 3
    grep -h VmRSS $(printf '/proc/%s/status ' "${running[@]}")
    stop
    echo "questions a second: one replica on a core $one, three on $cores $asked:" \
        "$(awk -v three="$asked" -v one="$one" -v cores="$cores" 'BEGIN { printf "%.2f", three / one / cores }') of it for each core (wanted: .9)"
done
sql zeyou "ANALYZE"
sql zeyou "SELECT relname, pg_total_relation_size(oid), reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
    AND pg_total_relation_size(oid) > 1000000 ORDER BY 2 DESC"
