#!/usr/bin/env bash
# P13: ten times as much is asked as can be answered. The server has one core, whoever asks has the other.
#
#   benches/http/overload.sh ZEYOU OVERLOAD [SECONDS] [FOLDER]
#
# PRIORITY="chrt -r 10" runs both before everything else; not "chrt -f 10", by which one thread of the server would keep the
# others from its core. OVERLOAD is the bench `overload`, built by `cargo bench --no-run --bench overload`.
set -euo pipefail
zeyou=$(realpath "$1") overload=$(realpath "$2") seconds=${3:-10} folder=${4:-$(mktemp -d)} priority=${PRIORITY:-}
port=7833 parks=300 colleges=600
"$zeyou" generate --parks $parks --colleges $colleges --enterprises 5000 --ratings 20000 --seed 1 "$folder/csv" >/dev/null
{
    echo "id,enterprise,college,kind,start,end,status"
    seq 1 100000 | awk '{ printf "R%d,E%05d,C%04d,hire,2026-01-01,2026-06-01,closed\n", $1, $1 % 5000 + 1, $1 % 600 + 1 }'
} >"$folder/engagements.csv"
seq 1 100000 | awk '{ print "R" $1 }' >"$folder/unrated.txt"
for what in "$folder/csv" "$folder/engagements.csv"; do
    "$zeyou" --database "$folder/zeyou.db" import "$what" >/dev/null 2>&1
done
ulimit -n 8192
$priority taskset -c 0 "$zeyou" --database "$folder/zeyou.db" serve --without-accounts --rating-window-days 0 --listen 127.0.0.1:$port >"$folder/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
until curl -sf http://127.0.0.1:$port/health/ready >/dev/null; do sleep 0.05; done
grep VmRSS /proc/$server/status
$priority taskset -c 1 "$overload" 127.0.0.1:$port $parks $colleges "$folder/unrated.txt" "$seconds"
grep -E 'VmRSS|VmHWM' /proc/$server/status
curl -s http://127.0.0.1:$port/metrics | grep zeyou_shed_total
kill $server
wait $server || true
