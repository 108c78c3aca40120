#!/usr/bin/env bash
# The encoder that ships as `rooms`, and agents on its state latents.
#
#     bash scripts/studies/rooms/run.sh            # -> runs/rooms
#     SEEDS="0" bash scripts/studies/rooms/run.sh
#
# Stopped at any moment, the same command continues. Two agents learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/rooms}
export PATH="$PWD/.venv/bin:$PATH"
go=Darla/GoToObject-v0 seek=Darla/SeekAvoid-v0

# Every state in two looks, with textures and other cameras, in both tasks.
for task in $go $seek; do
    darla collect --env $task --domain d_u_rich --num-frames 200000 --looks-per-state 2 \
        --out "$out/frames/$(basename $task)"
done
darla train-vision --data "$out/frames/$(basename $go)" "$out/frames/$(basename $seek)" \
    --recolored 0.25 --one-hue 0.15 --epochs 1.5 --readout-epochs 0.25 --threads 1 --out "$out/vision"

latent() { # task seed options...
    darla train-agent --env "$1" --seed "$2" --out "$out/$(basename "$1")/latent_$2" --threads 1 \
        --encoder "$out/vision/encoder" --mask-look "${@:3}"
}
for seed in ${SEEDS:-0 1 2}; do
    latent $go "$seed" --total-timesteps 60000 &
    # All learn in rooms of the one colour that each kind of object has.
    latent $seek "$seed" --domain source_pairs --total-timesteps 300000 --settings ent_coef=0.02 \
        'policy_kwargs={"net_arch": [256, 256], "activation_fn": "relu"}'
    wait
done
for task in $go $seek; do
    name=$(basename $task)
    darla evaluate-transfer --agents "$out/$name" --stochastic --episodes 50 --out "$out/$name.csv"
    darla compare --rows "$out/$name.csv" --out "$out/compare_$name"
done
