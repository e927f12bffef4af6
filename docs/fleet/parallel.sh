#!/usr/bin/env bash
# A fleet with GNU parallel: a share for each process, here or on the machines of a list.
#   parallel.sh                                   4 shares on this machine
#   SHARES=16 HOSTS=hosts.txt parallel.sh         16 shares on the machines of hosts.txt, by SSH
# On several machines, inventory and store are on a file system that all share, at the same path.
set -euo pipefail
inventory=$(realpath "${INVENTORY:-inventory.jsonl}")
store=$(realpath -m "${STORE:-audit}")
shares=${SHARES:-4}

# The sums below say what was not read, so that the exit codes of the shares need not.
seq "$shares" | parallel ${HOSTS:+--sshloginfile "$HOSTS"} --retries 3 --joblog "$store.joblog" --jobs "${JOBS:-100%}" \
    "skant fleet scan $inventory --store $store --shard {}/$shares --jobs 1 || [ \$? -le 3 ]"
skant fleet status "$store"
