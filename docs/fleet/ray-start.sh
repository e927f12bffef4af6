#!/usr/bin/env bash
# A cluster of Ray on plain machines without its launcher: this one is the head, the arguments are the others, by SSH.
#   ray-start.sh audit@node-1 audit@node-2
# Each machine has Ray and skant (`python3 -m venv ~/ray && ~/ray/bin/pip install 'skant[ray]==0.1.0'`), and tokens in
# ~/.skant-environment (`export GITHUB_TOKEN=…`, mode 0600).
set -euo pipefail
inventory=${INVENTORY:-inventory.jsonl}
store=${STORE:-s3://audits/may}
ray=$HOME/ray/bin
head=${HEAD:-$(hostname -f)}

export RAY_AUTH_MODE=token
"$ray/ray" get-auth-token --generate > /dev/null
. "$HOME/.skant-environment"
"$ray/ray" start --head --node-ip-address="$head" --port=6379
stop() {
    for node in "$@"; do
        ssh "$node" '~/ray/bin/ray stop' || true
    done
    "$ray/ray" stop
}
trap 'stop "$@"' EXIT
for node in "$@"; do
    ssh "$node" 'umask 077 && mkdir -p ~/.ray && cat > ~/.ray/auth_token' < "$HOME/.ray/auth_token"
    ssh "$node" ". ~/.skant-environment && RAY_AUTH_MODE=token ~/ray/bin/ray start --address='$head:6379'"
done
"$ray/skant-fleet-ray" "$inventory" --store "$store" --address "$head:6379"
