#!/usr/bin/env bash
# HiddenCatch: agents on latents with memory, on the same latents without it, and on others.
#
#     bash scripts/studies/hidden_catch/run.sh        # -> runs/hidden_catch
#     SEEDS="0" STEPS=60000 bash scripts/studies/hidden_catch/run.sh
#
# Stopped at any moment, the same command continues.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/hidden_catch} frames=${FRAMES:-20000} epochs=${EPOCHS:-20} steps=${STEPS:-100000}
env=Darla/HiddenCatch-v0
export PATH="$PWD/.venv/bin:$PATH"

collect() { # folder options...
    darla collect --env "$env" --domain d_u --policy random --size 32 --out "$1" "${@:2}"
}
see() { # name options...
    darla train-vision --data "$out/frames" --out "$out/$1" --epochs "$epochs" --batch-size 128 \
        --channels 16 32 64 --hidden-units 128 --learning-rate 0.002 "${@:2}"
}
train() { # name seed options...
    darla train-agent --env "$env" --seed "$2" --out "$out/agents/$1_$2" --label "$1" \
        --total-timesteps "$steps" --eval-freq "$steps" --threads 1 "${@:3}"
}
collect "$out/frames" --num-frames "$frames"
collect "$out/new" --num-frames 2000 --seed 1
see memory --objective sequence_vae --latents 16 --memory 128
see beta_vae --objective beta_vae --latents 16 --beta 1
darla use predict --encoder "$out/memory/encoder" --data "$out/new" --context 2 --horizon 6 --out "$out"
for seed in ${SEEDS:-0 1 2}; do
    train memory "$seed" --encoder "$out/memory/encoder"
    train beta_vae "$seed" --encoder "$out/beta_vae/encoder" --anyway
    train beta_vae_stack "$seed" --encoder "$out/beta_vae/encoder" --anyway --frame-stack 8
    train pixels "$seed" --kind pixels
done
darla evaluate-transfer --agents "$out/agents" --episodes "${EPISODES:-200}" \
    --domains source new_colors --out "$out/transfer.csv"
darla compare --rows "$out/transfer.csv" --out "$out/compare"
