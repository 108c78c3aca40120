#!/usr/bin/env bash
# The encoder that ships as `rooms`, two more of its recipe, and agents on their state latents.
#
#     bash scripts/studies/rooms/run.sh            # -> runs/rooms
#     ENCODERS="0" SEEDS="0" bash scripts/studies/rooms/run.sh
#
# Stopped at any moment, the same command continues. Two encoders, then two agents, learn side by side.
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
see() { # seed options... The encoder of seed 0 is `rooms`.
    darla train-vision --data "$out/frames/$(basename $go)" "$out/frames/$(basename $seek)" \
        --recolored 0.25 --one-hue 0.15 --epochs 1.5 --threads 1 --seed "$1" --out "$out/vision_$1" "${@:2}"
}
latent() { # task encoder seed options...
    darla train-agent --env "$1" --seed "$3" --out "$out/$(basename "$1")/latent_$2_$3" --threads 1 \
        --encoder "$out/vision_$2/encoder" --mask-look "${@:4}"
}
for encoder in ${ENCODERS:-0 1 2}; do
    readout=()
    [ "$encoder" = 0 ] && readout=(--readout-epochs 0.25) # pictures for eyes; latents are the same
    see "$encoder" "${readout[@]}" &
    [ "$encoder" = 1 ] || wait
done
wait
for encoder in ${ENCODERS:-0 1 2}; do
    # Every agent has a seed of its own: 0 to 2 on the first encoder, 3 to 5 on the second.
    for agent in ${SEEDS:-0 1 2}; do
        seed=$((3 * encoder + agent))
        latent $go "$encoder" "$seed" --total-timesteps 60000 &
        # All learn in rooms of the one colour that each kind of object has.
        latent $seek "$encoder" "$seed" --domain source_pairs --total-timesteps 300000 \
            --settings ent_coef=0.02 'policy_kwargs={"net_arch": [256, 256], "activation_fn": "relu"}'
        wait
    done
done
for task in $go $seek; do
    name=$(basename $task)
    darla evaluate-transfer --agents "$out/$name" --stochastic --episodes 50 --out "$out/$name.csv"
    darla evaluate-transfer --agents "$out/$name" --stochastic --episodes 50 --domains d_u_rich --out "$out/$name.csv"
    # Encoders are pooled: intervals are over them.
    darla compare --rows "$out/$name.csv" --by algorithm source total_timesteps --out "$out/compare_$name"
done
