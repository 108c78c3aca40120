#!/usr/bin/env bash
# Frames with textures and other cameras: what they are worth, beside pixels that get as much.
#
#     bash scripts/studies/textures_and_cameras/run.sh            # -> runs/textures_and_cameras
#     SEEDS="0" bash scripts/studies/textures_and_cameras/run.sh
#
# Stopped at any moment, the same command continues. Two agents learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/textures_and_cameras}
export PATH="$PWD/.venv/bin:$PATH"

see() { # encoder: number 0 has the frames and the weights of seed 0
    darla collect --domain d_u_rich --num-frames 20000 --seed "$1" --out "$out/frames_$1"
    darla train-vision --data "$out/frames_$1" --seed "$1" --out "$out/vision_$1"
}
encoders=(0 0 0 1 2) # of each seed's agent on latents
for seed in ${SEEDS:-0 1 2 3 4}; do
    see "${encoders[$seed]}"
done

train() { # name seed options...
    darla train-agent --seed "$2" --out "$out/agents/$1_$2" --threads 1 "${@:3}"
}
# The encoder's frames count as steps: pixels get 20,000 more.
for seed in ${SEEDS:-0 1 2 3 4}; do
    train latent "$seed" --encoder "$out/vision_${encoders[$seed]}/encoder" --mask-look --total-timesteps 60000 &
    train pixels "$seed" --kind pixels --total-timesteps 80000
    wait
    train recolor "$seed" --kind pixels --augmentation recolor --total-timesteps 80000 &
    train rich "$seed" --kind pixels --domain d_u_rich --total-timesteps 80000
    wait
done
for seed in ${LONGER:-0 1 2 3}; do # how far repainting goes where steps are cheap
    longer=(--kind pixels --augmentation recolor --total-timesteps 240000)
    train recolor_longer "$seed" "${longer[@]}" &
    train recolor_step "$seed" "${longer[@]}" --augmentation-each step
    wait
    train shift_recolor "$seed" --kind pixels --augmentation shift+recolor --total-timesteps 240000
done
darla evaluate-transfer --agents "$out/agents" --stochastic --episodes 100 --out "$out/transfer.csv"
# Encoders are pooled: intervals are over them.
darla compare --rows "$out/transfer.csv" --by algorithm source total_timesteps --out "$out/compare"
