# shellcheck shell=bash
# Avvik as it runs on this machine: which processes, where they keep things, and which broker. Sourced, never run.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/processes.sh"

checkout=$(dirname "$here")
data=$(realpath -m "${AVVIK_DATA:-$checkout/.data}")

# A line for each process, in the order in which they start: its name, its project, and what it is configured with.
#   bus   the broker, and the key that internal tokens are verified with: a service behind the gateway
#   db    a database of its own
#   else  a key ring; compose/up makes its key
# What only one process needs is in compose/up.
process_table=(
    'identity    Avvik.DevIdentity'
    'reporting   Avvik.Reporting    bus db text envelope'
    'triage      Avvik.Triage       bus db text'
    'routing     Avvik.Routing      bus db text'
    'statistics  Avvik.Statistics   bus db note'
    'notices     Avvik.Notices      bus db note'
    'workbench   Avvik.Workbench    db browser'
    'gateway     Avvik.Gateway      db'
)
processes=() services=()
declare -A projects needs
for line in "${process_table[@]}"; do
    read -r name project rest <<<"$line"
    processes+=("$name")
    projects[$name]=$project
    needs[$name]=$rest
    [[ $rest != bus* ]] || services+=("$name")
done

assembly() { echo "$checkout/artifacts/bin/${projects[$1]}/release/${projects[$1]}.dll"; } # PROCESS
tool() { echo "$checkout/artifacts/bin/Avvik.Tools/release/Avvik.Tools.dll"; }
run_tool() { # COMMAND ARG...; what needs JSON or the API is in compose/Avvik.Tools
    [[ -e $(tool) ]] || die "it is not built yet: run compose/up first."
    env "${trust[@]}" dotnet "$(tool)" "$@"
}

# The keys of a ring, oldest first, as ID=FILE. The first is NAME.key, those that compose/keys made NAME.k2.key and so on.
ring_keys() { # RING
    local file id
    for file in "$data/secrets/$1".key "$data/secrets/$1".k*.key; do
        [[ -s $file ]] || continue
        id=${file#"$data/secrets/$1."}
        id=${id%key}
        id=${id%.}
        printf '%s=%s\n' "${id:-k1}" "$file"
    done | sort -V
}

pid_file() { echo "$data/run/$1.pid"; }
log_file() { echo "$data/logs/$1.log"; }

# $data/ports holds the ports that were chosen for this folder. $data/run/choices holds what the caller of compose/up chose
# (gateway port, broker, PostgreSQL, tokens, TLS) until compose/down, so that restarting a killed process does not need it repeated.
chosen() { recall "$data/run/choices" "$1"; } # AVVIK_PORT | AVVIK_RABBITMQ | AVVIK_POSTGRES | AVVIK_TOKENS | AVVIK_TLS

# With AVVIK_TLS=yes: between all processes, by one certificate, whose authority they trust beside the machine's.
scheme=http ca='' trust=()
use_tls() {
    scheme=https ca=$data/secrets/tls/ca.pem
    trust=(SSL_CERT_FILE="$ca")
}
[[ $(chosen AVVIK_TLS) != yes ]] || use_tls

port_of() { # PROCESS
    if [[ $1 == gateway ]]; then chosen AVVIK_PORT; else recall "$data/ports" "$1"; fi
}

state_of() { # PROCESS
    if ! alive "$(pid_file "$1")"; then
        echo stopped
    elif http_ready "$(port_of "$1")" "$ca"; then
        echo ready
    else
        echo unready
    fi
}

anything_runs() {
    local name
    for name in "${processes[@]}"; do
        ! alive "$(pid_file "$name")" || return 0
    done
    return 1
}

lock_data() {
    mkdir -p "$data"
    exec 9>"$data/lock"
    flock 9
}

# --- The broker: AVVIK_RABBITMQ, else a container, else a private node ------------------------------------------------

# Messages in transit are in the broker, so a data folder keeps the kind of broker that it began with.
broker_kind() { cat "$data/broker/kind" 2>/dev/null || true; }

# The minor version is pinned: brokers differ in what they do with a message that is returned. compose.yaml and Avvik.Testing use the same.
rabbitmq_image=${AVVIK_RABBITMQ_IMAGE:-rabbitmq:4.2}
container=avvik-$(cksum <<<"$data" | cut -d ' ' -f 1)

engine_answers() { [[ ${AVVIK_CONTAINERS-} != never && -n $(timeout 3 docker info --format '{{.ServerVersion}}' 2>/dev/null) ]]; }

broker_address() { # URI; prints host and port
    [[ $1 =~ ^(amqps?)://([^/@]*@)?(\[([0-9A-Fa-f:]+)\]|[^:/]+)(:([0-9]+))?(/.*)?$ ]] || return 1
    local port=5672
    [[ ${BASH_REMATCH[1]} == amqp ]] || port=5671
    echo "${BASH_REMATCH[4]:-${BASH_REMATCH[3]}} ${BASH_REMATCH[6]:-$port}"
}

without_password() { sed -E 's|//[^/@]*@|//|' <<<"$1"; } # URI

broker_answers() { # URI
    local host port
    read -r host port < <(broker_address "$1") && [[ -n $port ]] || return 1
    case $1 in
        amqps:*) timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>/dev/null ;;
        *) amqp_answers "$host" "$port" ;;
    esac
}

container_uri() { echo "amqp://avvik:$(<"$data/broker/password")@127.0.0.1:$(recall "$data/ports" broker)/avvik"; }

# A user for each service, whose password is in $data/secrets/broker, and the topology, as the broker loads them at each start. The user avvik is the
# administrator's.
make_definitions() {
    local password=$data/broker/password
    [[ -s $password ]] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$password"
    mkdir -p "$data/secrets/broker"
    cp "$password" "$data/secrets/broker/avvik.password"
    [[ $data/broker/definitions.json -nt $(tool) ]] || run_tool broker-definitions "$data/secrets/broker" "$data/broker/definitions.json" avvik
}

start_container() {
    local port deadline=$((SECONDS + 180)) in=/etc/rabbitmq
    port=$(port_for "$data/ports" broker)
    if docker container inspect "$container" >/dev/null 2>&1; then
        docker start "$container" >/dev/null
    else
        # The host name is part of where the node keeps its messages: it must not change with the container.
        docker run --detach --name "$container" --hostname avvik --volume "$container:/var/lib/rabbitmq" \
            --volume "$data/broker/definitions.json:$in/definitions/definitions.json:ro" --volume "$here/rabbitmq.conf:$in/conf.d/90-avvik.conf:ro" \
            --publish "127.0.0.1:$port:5672" "$rabbitmq_image" >/dev/null
    fi || return 1
    until amqp_answers 127.0.0.1 "$port"; do
        [[ $(docker container inspect --format '{{.State.Running}}' "$container" 2>/dev/null) == true ]] && ((SECONDS < deadline)) || return 1
        sleep 0.5
    done
}

remove_container() { # and the messages in it
    docker rm --force "$container" >/dev/null 2>&1 || true
    docker volume rm --force "$container" >/dev/null 2>&1 || true
}

start_broker() { # prints its URI
    local kind
    mkdir -p "$data/broker"
    make_definitions
    kind=$(broker_kind)
    # The container takes no TLS.
    if [[ $kind != node && $scheme == http ]] && engine_answers; then
        if start_container; then
            echo container >"$data/broker/kind"
            container_uri
            return
        fi
        [[ $kind != container ]] || die "the broker's container $container does not start: see 'docker logs $container'."
        remove_container
        note "The container engine could not start RabbitMQ; starting a private node instead."
    fi
    [[ $kind != container ]] ||
        die "the broker of $data is a container, and no container engine answers: start the engine, or set AVVIK_RABBITMQ to another broker's URI."
    "$here/broker" start "$data/broker" || exit 1
    echo node >"$data/broker/kind"
}

broker_uri() { # of the broker this system uses, once it has been started
    local given
    given=$(chosen AVVIK_RABBITMQ)
    case ${given:-$(broker_kind)} in
        node) "$here/broker" uri "$data/broker" ;;
        container) container_uri ;;
        *) echo "$given" ;;
    esac
}

stop_broker() {
    case $(broker_kind) in
        node) "$here/broker" stop "$data/broker" ;;
        container)
            docker stop "$container" >/dev/null 2>&1 || note "The broker's container $container could not be stopped; 'docker ps' shows whether it runs." ;;
    esac
}
