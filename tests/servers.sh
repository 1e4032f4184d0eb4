# Throw-away PostgreSQL and Redis servers on free ports, for scripts that load this file.
#
# They are children of the script, lie in the folder `work` and go with `stop_servers`. The script defines
# `say TEXT` and `fail TEXT`, which ends it.

work=
postgres_pid=
redis_pid=

# Makes the folder; the server's user passes through it, but does not read it.
make_work() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/zugong-tests.XXXXXX")
    chmod 711 "$work"
}

stop_servers() {
    if [[ -n $postgres_pid ]]; then
        # PostgreSQL's immediate shutdown: its data goes anyway.
        kill -QUIT "$postgres_pid" 2>/dev/null
        wait "$postgres_pid" 2>/dev/null
    fi
    if [[ -n $redis_pid ]]; then
        kill -TERM "$redis_pid" 2>/dev/null
        wait "$redis_pid" 2>/dev/null
    fi
    [[ -z $work ]] || rm -rf "$work"
}

# Prints the folder of the PostgreSQL server's programs. pg_config alone may come with the client library.
postgres_bin() {
    local folders folder
    mapfile -t folders < <(
        pg_config --bindir 2>/dev/null || true
        printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV
        dirname "$(command -v initdb || echo /nonexistent/initdb)"
    )
    for folder in "${folders[@]}"; do
        if [[ -x $folder/initdb && -x $folder/postgres ]]; then
            echo "$folder"
            return 0
        fi
    done
}

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Sets `port` to one that nobody listens on now, below those that the kernel hands out by itself.
pick_port() {
    local try
    for try in {1..50}; do
        port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
    done
    fail "found no free port"
}

# Starts a server as a child in a process group of its own, so that Ctrl-C reaches the tests first, and sets
# `server_pid`. What is on standard input goes to the server.
# serve LOG COMMAND...
serve() {
    local log=$1
    shift
    set -m
    "$@" >"$log" 2>&1 <&0 &
    server_pid=$!
    set +m
}

# Waits until a command succeeds, for at most 30 s and no longer than the server lives.
# ready SERVER_PID COMMAND...
ready() {
    local pid=$1 _
    shift
    for _ in {1..300}; do
        kill -0 "$pid" 2>/dev/null || return 1
        if "$@" >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

# Starts PostgreSQL with `postgres_settings` and sets `postgres_pid`, `postgres_url` (a role that owns databases
# and is no superuser) and `postgres_superuser_url`.
start_postgres() {
    local admin_password owner_password user as=() pg_bin try
    pg_bin=$(postgres_bin)
    [[ -n $pg_bin ]] || fail "found no PostgreSQL server (initdb) after the installation"
    mkdir "$work/postgres"
    admin_password=$(random_hex)
    owner_password=$(random_hex)
    (umask 077 && printf '%s' "$admin_password" >"$work/postgres/password")
    if ((EUID == 0)); then
        # The server refuses to run as root.
        user=$(id -un postgres 2>/dev/null || echo nobody)
        as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups)
        chown -R "$user" "$work/postgres"
    fi
    # The server's user may not be allowed into the folder this was called from.
    pushd "$work/postgres" >/dev/null
    "${as[@]}" "$pg_bin/initdb" --pgdata=data --username=postgres --pwfile=password --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1 || fail "initdb failed: $(tail -n 5 initdb.log)"
    rm password
    for try in {1..5}; do
        pick_port
        serve log "${as[@]}" "$pg_bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories= "${postgres_settings[@]/#/-c}" </dev/null
        postgres_pid=$server_pid
        if ready "$postgres_pid" "$pg_bin/pg_isready" --quiet --host=127.0.0.1 --port="$port"; then
            break
        fi
        kill -QUIT "$postgres_pid" 2>/dev/null || true
        wait "$postgres_pid" 2>/dev/null || true
        postgres_pid=
        # Somebody may have taken the port in between; any other reason stays and is shown.
        ((try < 5)) || fail "PostgreSQL did not start: $(tail -n 5 log)"
    done
    popd >/dev/null
    # Not a superuser: that would bypass the row-level security which the tests are about.
    PGPASSWORD=$admin_password psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
        "postgres://postgres@127.0.0.1:$port/postgres" <<SQL
CREATE ROLE zugong_owner LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD '$owner_password';
SQL
    postgres_url="postgres://zugong_owner:$owner_password@127.0.0.1:$port/postgres"
    # shellcheck disable=SC2034 # for those who load this file
    postgres_superuser_url="postgres://postgres:$admin_password@127.0.0.1:$port/postgres"
    say "PostgreSQL $("$pg_bin/postgres" --version | sed 's/[^0-9]*\([0-9.]*\).*/\1/') on 127.0.0.1:$port"
}

# An answer of redis-cli that is an error still exits with 0.
redis_answers() { [[ $(redis-cli -h 127.0.0.1 -p "$port" ping) == PONG ]]; }

# Starts Redis and sets `redis_pid` and `redis_url`.
start_redis() {
    local password try
    password=$(random_hex)
    mkdir "$work/redis"
    for try in {1..5}; do
        pick_port
        # The settings come by standard input: a password on the command line is for everyone to see.
        serve "$work/redis/log" redis-server - <<CONF
bind 127.0.0.1
port $port
requirepass $password
dir $work/redis
save ""
appendonly no
daemonize no
CONF
        redis_pid=$server_pid
        if REDISCLI_AUTH=$password ready "$redis_pid" redis_answers; then
            # shellcheck disable=SC2034 # for those who load this file
            redis_url="redis://:$password@127.0.0.1:$port"
            say "Redis $(redis-server --version | sed 's/.*v=\([0-9.]*\).*/\1/') on 127.0.0.1:$port"
            return 0
        fi
        kill -TERM "$redis_pid" 2>/dev/null || true
        wait "$redis_pid" 2>/dev/null || true
        redis_pid=
        ((try < 5)) || fail "Redis did not start: $(tail -n 5 "$work/redis/log")"
    done
}
