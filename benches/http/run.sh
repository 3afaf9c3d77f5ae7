#!/usr/bin/env bash
# Load on the release binary at the size of a nation: start, memory, questions, ratings. Needs wrk (Debian: wrk).
#
#   benches/http/run.sh [RATINGS] [FOLDER]
set -euo pipefail
ratings=${1:-100000} folder=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
parks=2500 colleges=3000 port=7811 base=http://127.0.0.1:7811
cd "$here/../.."
cargo build --release --locked --bin zeyou
zeyou=${CARGO_TARGET_DIR:-target}/release/zeyou
mkdir -p "$folder"
db=$folder/nation-$ratings.db csv=$folder/csv-$ratings
if [ ! -e "$db" ]; then
    "$zeyou" generate --parks $parks --colleges $colleges --enterprises 50000 --ratings "$ratings" --seed 1 "$csv" >/dev/null
    "$zeyou" --database "$db" import "$csv"
fi
# Engagements that wait for a rating, more than can be rated in the run: what is rated twice is only a replay.
waiting=60000
mkdir -p "$folder/waiting"
if [ ! -e "$folder/unrated.txt" ]; then
    {
        echo "id,enterprise,college,kind,start,end,status"
        seq 1 $waiting | awk '{ printf "R%d,E%05d,C%04d,hire,2026-01-01,2026-06-01,closed\n", $1, $1 % 50000 + 1, $1 * 7 % 3000 + 1 }'
    } >"$folder/waiting/engagements.csv"
    "$zeyou" --database "$db" import "$folder/waiting/engagements.csv" >/dev/null
    seq 1 $waiting | awk '{ print "R" $1 }' >"$folder/unrated.txt"
fi

# Each run rates what is still unrated: it works on a copy.
# A write-ahead log of an earlier run must not be read into the copy.
rm -f "$folder"/run.db*
cp "$db" "$folder/run.db"
db=$folder/run.db
start() {
    local from=$(date +%s%N)
    "$zeyou" --database "$db" serve --without-accounts --rating-window-days 0 --listen 127.0.0.1:$port >"$folder/serve.log" 2>&1 &
    server=$!
    until curl -sf $base/health/ready >/dev/null; do sleep 0.01; done
    echo "start with the stored snapshot: $((($(date +%s%N) - from) / 1000000)) ms"
    grep -E 'VmRSS|VmHWM' /proc/$server/status
}
stop() { kill $server; wait $server || true; }
trap 'kill ${server:-0} 2>/dev/null || true' EXIT

# The first start writes the day's clock event and, if the engine is new, the fit table.
start >/dev/null; stop
start
# A file the server holds in memory, and a shortlist of about its size.
fixed="$base/docs/swagger-ui.css" equal="$base/api/v1/parks/P0001/shortlist?top=78"
question="$base/api/v1/parks/P0001/shortlist?top=10"
size=$(curl -s "$question" | wc -c)
echo "a shortlist of 10: $size bytes"
for run in 1 2 3; do
    echo "distinct questions, 32 connections:"
    wrk -t1 -c32 -d8 --latency -s "$here/ask.lua" $base -- $parks $colleges | grep -E '50%|99%|Requests/sec|Non-2xx'
    echo "one question again and again:"
    wrk -t1 -c32 -d4 --latency "$question" | grep -E '99%|Requests/sec|Non-2xx'
    echo "a fixed answer of $(curl -s "$fixed" | wc -c) bytes, and a remembered shortlist of $(curl -s "$equal" | wc -c):"
    wrk -t1 -c32 -d4 --latency "$fixed" | grep -E '99%|Requests/sec|Non-2xx'
    wrk -t1 -c32 -d4 --latency "$equal" | grep -E '99%|Requests/sec|Non-2xx'
done
seq=$(curl -s $base/health/ready)
echo "ratings, 1 connection ($seq):"
wrk -t1 -c1 -d6 -s "$here/rate.lua" $base -- "$folder/unrated.txt" 0 | grep -E 'p99|Requests/sec'
echo "ratings, 64 connections:"
wrk -t1 -c64 -d6 -s "$here/rate.lua" $base -- "$folder/unrated.txt" 3000 | grep -E 'p99|Requests/sec'
curl -s $base/health/ready; echo
grep -E 'VmRSS|VmHWM' /proc/$server/status
stop
