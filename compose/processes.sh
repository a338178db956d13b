# shellcheck shell=bash
# Ports, processes and packages: what the scripts here share. Sourced, never run.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

note() { printf '%s\n' "$*" >&2; }
die() { note "compose/${0##*/}: $*"; exit 1; }

# --- What is kept between runs: KEY=VALUE lines in a file -------------------------------------------------------------

recall() { # FILE KEY
    [[ ! -e $1 ]] || sed -n "s/^$2=//p" "$1"
}

remember() { # FILE KEY VALUE
    { [[ ! -e $1 ]] || sed "/^$2=/d" "$1"; printf '%s=%s\n' "$2" "$3"; } >"$1.new"
    mv "$1.new" "$1"
}

# --- Ports ------------------------------------------------------------------------------------------------------------

port_is_taken() { # PORT
    local hex
    printf -v hex '%04X' "$1"
    grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]{4} 0A" /proc/net/tcp /proc/net/tcp6
}

# The port of a process that was just killed is freed a moment later.
port_stays_taken() { # PORT
    local try
    for try in {1..20}; do
        port_is_taken "$1" || return 1
        sleep 0.1
    done
}

# Chosen once and remembered. Below 32768: above, the kernel gives ports to clients, and a client that retries a stopped
# server can be given that server's port.
port_for() { # FILE KEY
    local port
    port=$(recall "$1" "$2")
    if [[ -z $port ]]; then
        port=$((20000 + RANDOM % 12000))
        while port_is_taken "$port" || grep -qsx ".*=$port" "$1"; do
            port=$((20000 + RANDOM % 12000))
        done
        remember "$1" "$2" "$port"
    fi
    echo "$port"
}

# --- Processes --------------------------------------------------------------------------------------------------------

# Our processes have the path of their pid file in their environment, so a pid that was reused is not mistaken for ours.
alive() { # PID_FILE
    [[ -s $1 ]] && grep -qzxF "AVVIK_PID_FILE=$1" "/proc/$(<"$1")/environ" 2>/dev/null
}

# Replaces the calling (sub)shell by a command without its open files: a long-running process must not keep the caller's
# locks or pipes open.
become() { # COMMAND...
    local fd
    for fd in /proc/self/fd/*; do
        fd=${fd##*/}
        ((fd <= 2)) || exec {fd}>&-
    done
    exec "$@"
}

launch() { # PID_FILE LOG COMMAND...
    local pid_file=$1 log=$2 pid
    shift 2
    become setsid env AVVIK_PID_FILE="$pid_file" "$@" >>"$log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$pid_file"
    until alive "$pid_file" || [[ ! -e /proc/$pid ]]; do sleep 0.02; done
}

stop_process() { # PID_FILE [SECONDS before it is killed]
    local pid_file=$1 deadline=$((SECONDS + ${2:-20})) signal=TERM
    while alive "$pid_file"; do
        kill -"$signal" "$(<"$pid_file")" 2>/dev/null || true
        # TERM only once: a second one makes some processes abort their orderly stop.
        while alive "$pid_file" && ((SECONDS < deadline)); do sleep 0.1; done
        signal=KILL
        sleep 0.05
    done
    rm -f "$pid_file"
}

kill_process() { # PID_FILE
    while alive "$1"; do
        kill -KILL "$(<"$1")" 2>/dev/null || true
        sleep 0.05
    done
}

# --- Health over the wire: bash alone, as curl may not be installed ---------------------------------------------------

http_ready() { # PORT [CA]; with TLS where there is a CA
    if [[ ${2-} ]]; then
        [[ $(printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' | timeout 10 openssl s_client -quiet -CAfile "$2" \
            -verify_return_error -verify_hostname localhost -connect "127.0.0.1:$1" 2>/dev/null | head -n 1) == HTTP/*' 200 '* ]]
        return
    fi
    [[ $(timeout 10 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" || exit 1
        printf "GET /health/ready HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n" "$0" >&3
        head -n 1 <&3' "$1" 2>/dev/null) == HTTP/*' 200 '* ]]
}

amqp_answers() { # HOST PORT: the server's first frame after our protocol header is a method frame
    [[ $(timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1
        printf "AMQP\0\0\11\1" >&3
        head -c 1 <&3 | od -An -tu1' "$1" "$2" 2>/dev/null) == *' 1' ]]
}

# --- Debian packages --------------------------------------------------------------------------------------------------

# Returns non-zero where the packages may not or cannot be installed; the caller says what else would do.
install_package() { # PACKAGE...
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if ((EUID)); then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    note "Installing from Debian's packages: $* ..."
    (
        log=$(mktemp)
        policy=/usr/sbin/policy-rc.d
        exec {turn}</var/lib/dpkg
        flock "$turn"
        # Only private instances run here: the package's own service must not start, now or at boot. The blocker is removed however
        # this ends, and one that an earlier run left behind when it was killed is recognized by its second line.
        if [[ ! -e $policy ]] || grep -qs '^# avvik' "$policy"; then
            trap '"${as_root[@]}" rm -f "$policy"; rm -f "$log"' EXIT
            printf '#!/bin/sh\n# avvik: while a package is being installed\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
        else
            trap 'rm -f "$log"' EXIT
        fi
        trap 'exit 130' INT
        trap 'exit 143' TERM
        apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
        if ! { "${apt[@]}" install -y --no-install-recommends "$@" ||
            { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; }; } >"$log" 2>&1 </dev/null; then
            tail -n 5 "$log" >&2
            exit 1
        fi
        for unit in "${@/%/.service}" epmd.socket podman.socket; do
            "${as_root[@]}" systemctl disable "$unit" >/dev/null 2>&1 || true
        done
    )
}
