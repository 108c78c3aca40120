#!/usr/bin/env bash
# A task whose point is a colour, in rooms of any other: which agents are blind to the right things?
#
#     bash scripts/studies/pick_color/run.sh            # -> runs/pick_color
#     SEEDS="0" bash scripts/studies/pick_color/run.sh
#
# Stopped at any moment, the same command continues. Two agents learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/pick_color}
export PATH="$PWD/.venv/bin:$PATH"
task=Darla/PickColor-v0

# Every state in two rooms: what differs between them may be ignored, and what does not may matter.
see() { # encoder: number 0 has the frames and the weights of seed 0
    darla collect --env $task --domain d_u_rich --num-frames 60000 --seed "$1" --out "$out/frames_$1" \
        --looks-per-state 2 --look-factors floor wall ceiling light
    darla train-vision --data "$out/frames_$1" --recolored 0 --epochs 2.333 --seed "$1" --out "$out/vision_$1"
}
encoders=(0 0 0 1 2) # of each seed's agents on latents
for seed in ${SEEDS:-0 1 2 3 4}; do
    see "${encoders[$seed]}"
done

vectors='policy_kwargs={"net_arch": [256, 256], "activation_fn": "relu"}'
train() { # name seed steps options...
    darla train-agent --env $task --seed "$2" --out "$out/agents/$1_$2" --threads 1 \
        --total-timesteps "$3" --settings ent_coef=0.02 "${@:4}"
}
latent() { # name seed options...
    train "$1" "$2" 60000 "$vectors" --label "$1" \
        --encoder "$out/vision_${encoders[$2]}/encoder" "${@:3}"
}
# The encoder's frames count as steps: pixels get 60,000 more.
for seed in ${SEEDS:-0 1 2 3 4}; do
    latent state "$seed" --mask-look &
    latent still "$seed" --mask-still 0.4
    wait
    train pixels "$seed" 120000 --kind pixels &
    train rich "$seed" 120000 --kind pixels --domain d_u_rich
    wait
    train conv "$seed" 120000 --kind pixels --augmentation conv &
    train recolor "$seed" 120000 --kind pixels --augmentation recolor
    wait
    train recolor_0.25 "$seed" 120000 --kind pixels --label pixels_recolor_0.25 \
        --augmentation recolor --augmentation-share 0.25 &
    train color "$seed" 120000 --kind pixels --augmentation color
    wait
    train factors "$seed" 60000 "$vectors" --kind factors
done
darla evaluate-transfer --agents "$out/agents" --stochastic --episodes 50 --out "$out/transfer.csv"
# Encoders are pooled: intervals are over them.
darla compare --rows "$out/transfer.csv" --by algorithm source total_timesteps --out "$out/compare"
