# shellcheck shell=bash
# Avvik as it runs on this machine: which processes, where they keep things, and which broker. Sourced, never run.
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/processes.sh"

checkout=$(dirname "$here")
data=$(realpath -m "${AVVIK_DATA:-$checkout/.data}")

services=(reporting triage routing statistics)
processes=(identity "${services[@]}" workbench gateway)
declare -A assemblies=(
    [identity]=Avvik.DevIdentity
    [reporting]=Avvik.Reporting
    [triage]=Avvik.Triage
    [routing]=Avvik.Routing
    [statistics]=Avvik.Statistics
    [workbench]=Avvik.Workbench
    [gateway]=Avvik.Gateway
)

assembly() { echo "$checkout/artifacts/bin/${assemblies[$1]}/release/${assemblies[$1]}.dll"; } # PROCESS
pid_file() { echo "$data/run/$1.pid"; }
log_file() { echo "$data/logs/$1.log"; }

# $data/ports holds the ports nobody has to know, for as long as the folder lives. $data/run/choices holds what the
# caller of compose/up chose (gateway port, broker, PostgreSQL, tokens) until compose/down: whoever brings back a process that
# went away need not say it again.
chosen() { recall "$data/run/choices" "$1"; } # AVVIK_PORT | AVVIK_RABBITMQ | AVVIK_POSTGRES | AVVIK_TOKENS

port_of() { # PROCESS
    if [[ $1 == gateway ]]; then chosen AVVIK_PORT; else recall "$data/ports" "$1"; fi
}

state_of() { # PROCESS
    if ! alive "$(pid_file "$1")"; then
        echo stopped
    elif http_ready "$(port_of "$1")"; then
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

# Messages that are under way wait in the broker, so a data folder keeps the kind it began with.
broker_kind() { cat "$data/broker/kind" 2>/dev/null || true; }

container=avvik-$(cksum <<<"$data" | cut -d ' ' -f 1)

engine_answers() { [[ -n $(timeout 3 docker info --format '{{.ServerVersion}}' 2>/dev/null) ]]; }

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

start_container() {
    local port deadline=$((SECONDS + 180)) password=$data/broker/password
    port=$(port_for "$data/ports" broker)
    [[ -s $password ]] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$password"
    printf 'RABBITMQ_DEFAULT_USER=avvik\nRABBITMQ_DEFAULT_PASS=%s\nRABBITMQ_DEFAULT_VHOST=avvik\n' "$(<"$password")" >"$data/broker/environment"
    if docker container inspect "$container" >/dev/null 2>&1; then
        docker start "$container" >/dev/null
    else
        # The host name is part of where the node keeps its messages: it must not change with the container.
        docker run --detach --name "$container" --hostname avvik --volume "$container:/var/lib/rabbitmq" \
            --publish "127.0.0.1:$port:5672" --env-file "$data/broker/environment" rabbitmq:4 >/dev/null
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
    kind=$(broker_kind)
    if [[ $kind != node ]] && engine_answers; then
        if start_container; then
            echo container >"$data/broker/kind"
            container_uri
            return
        fi
        [[ $kind != container ]] || die "the broker's container $container does not start: see 'docker logs $container'."
        remove_container
        note "The container engine could not start RabbitMQ; starting a private node instead."
    fi
    [[ $kind != container ]] || die "the broker of $data is a container and no container engine answers: start the engine, or set AVVIK_RABBITMQ to another broker's URI."
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
        container) docker stop "$container" >/dev/null 2>&1 || note "The broker's container $container could not be stopped; 'docker ps' shows whether it runs." ;;
    esac
}
