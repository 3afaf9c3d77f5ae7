# Sourced: a PostgreSQL of our own for measuring. Run as root it runs as nobody, who must be able to reach its folder.
#
#   start_postgres FOLDER PORT [SETTING...]   begins with an empty one unless FOLDER holds one; sets `postgres`, its process id
#   sql DATABASE STATEMENT
programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
pg_as=() pg_owner=$(id -un)
if [ "$pg_owner" = root ]; then
    pg_owner=nobody pg_as=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=/ LC_ALL=C.UTF-8)
fi

start_postgres() {
    local folder=$1 settings=()
    pgport=$2
    for setting in "${@:3}"; do settings+=(-c "$setting"); done
    install -d -o "$pg_owner" -m 700 "$folder"
    cd "$folder"
    if [ ! -e "$folder/PG_VERSION" ]; then
        "${pg_as[@]}" "$programs/initdb" -D "$folder" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    fi
    ${priority:-} "${pg_as[@]}" "$programs/postgres" -D "$folder" -p "$pgport" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$folder" "${settings[@]}" >"$folder.log" 2>&1 &
    postgres=$!
    until "$programs/pg_isready" -q -h 127.0.0.1 -p "$pgport"; do sleep 0.05; done
}

sql() { "$programs/psql" -XAtq -h 127.0.0.1 -p "$pgport" -U postgres -d "$1" -c "$2"; }
