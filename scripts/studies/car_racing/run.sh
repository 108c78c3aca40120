#!/usr/bin/env bash
# CarRacing in colours that its drivers have not seen: every step of the study, by commands alone.
#
#     bash scripts/studies/car_racing/run.sh            # -> runs/car_racing
#     SEEDS="0" STEPS=20000 bash scripts/studies/car_racing/run.sh
#
# Stopped at any moment, the same command continues. Agents of a seed learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/car_racing} steps=${STEPS:-60000}
export SDL_VIDEODRIVER=dummy # no window
export PATH="$PWD/.venv/bin:$PATH"
car=(--env scripts.examples.car_racing:Recolored --looks scripts/examples/car_racing.toml)

darla collect "${car[@]}" --num-frames 20000 --out "$out/frames"
darla collect "${car[@]}" --num-frames 4000 --seed 1 --out "$out/test_frames"
darla train-vision --data "$out/frames" --out "$out/vision"
darla evaluate-encoder --bundles "$out/vision/encoder" --data "$out/test_frames" --out "$out/encoder"

train() { # name seed options...
    local name=$1 seed=$2
    shift 2
    darla train-agent "${car[@]}" --seed "$seed" --out "$out/agents/${name}_$seed" \
        --total-timesteps "$steps" --frame-stack 2 --reward-scale 0.1 \
        --settings 'policy_kwargs={"net_arch":[256,256],"activation_fn":"relu"}' \
        --eval-freq 20000 --eval-episodes 5 --threads 1 "$@"
}
for seed in ${SEEDS:-0 1 2}; do
    train latent "$seed" --kind latent --encoder "$out/vision/encoder" --mask-look &
    latent=$!
    train pixels "$seed" --kind pixels
    train pixels_recolor "$seed" --kind pixels --augmentation recolor
    wait "$latent"
done
darla evaluate-transfer --agents "$out/agents" --trust scripts.examples.car_racing \
    --episodes 20 --out "$out/transfer.csv"
darla compare --rows "$out/transfer.csv" --over new_road new_grass both --out "$out/compare"
