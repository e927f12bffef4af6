#!/usr/bin/env bash
# A fleet as an array of Slurm, with the store on a file system that all nodes share:
#   sbatch slurm.sh
#   skant fleet status audit
# A share in which something was not read ends with 2 or 3, and Slurm calls it failed; the same command goes on.
#SBATCH --job-name=skant
#SBATCH --array=1-64
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=12:00:00
#SBATCH --output=skant-%A-%a.log
set -euo pipefail
inventory=${INVENTORY:-inventory.jsonl}
store=${STORE:-audit}

code=0
skant fleet scan "$inventory" --store "$store" --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}" || code=$?
# 1 are secrets, which is no failure of the job.
[ "$code" -le 1 ] || exit "$code"
