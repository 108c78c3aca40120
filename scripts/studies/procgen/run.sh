#!/usr/bin/env bash
# Procgen's CoinRun and FruitBot: latents, pixels and augmented pixels at one budget.
#
#     pip install 'darla[procgen]'               # and apt-get install libqt5core5a libqt5gui5
#     bash scripts/studies/procgen/run.sh        # -> runs/procgen
#     GAMES="FruitBot" SEEDS="0" STEPS=500000 bash scripts/studies/procgen/run.sh
#     SOURCE=source_looks OUT=runs/procgen_split bash scripts/studies/procgen/run.sh    # the standard split
#
# Stopped at any moment, the same command continues. Two agents learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/procgen} frames=${FRAMES:-40000} steps=${STEPS:-1000000}
every=${EVERY:-250000} # steps between evaluations
# PPO as in Procgen's paper but for its network: 64 environments with 256 steps each, 3 epochs of 8 minibatches.
how=(--num-envs 64 --reward-scale 0.1 --settings n_steps=256 batch_size=2048 n_epochs=3
    learning_rate=0.0005 gamma=0.999 ent_coef=0.01)
export PATH="$PWD/.venv/bin:$PATH"

# A frame for every eight steps, of which all repeat one random action, and 25 frames of each level.
collect() { # folder options...
    darla collect --env "$env" --out "$1" --domain "${DOMAIN:-d_u}" --policy random \
        --env-kwargs action_repeat 8 max_episode_steps 200 "${@:2}"
}
see() { # name options...
    darla train-vision --data "$folder/frames" --out "$folder/$1" "${@:2}"
}
train() { # name seed steps options...
    darla train-agent --env "$env" --domain "${SOURCE:-source}" --seed "$2" \
        --out "$folder/agents/$1_$2" --label "$1" --total-timesteps "$3" --threads 1 \
        --eval-freq "$every" --eval-episodes 20 --checkpoint-freq "$every" "${how[@]}" "${@:4}"
}
latent() { # name seed encoder options... Encoders that have failed are compared, too.
    train "$1" "$2" "$steps" --encoder "$folder/$3/encoder" --anyway "${@:4}"
}
pixels() { # name seed options... The steps that frames were taken from count: pixels get as many more.
    train "$1" "$2" $((steps + 8 * frames)) --kind pixels "${@:3}"
}
for game in ${GAMES:-CoinRun FruitBot}; do
    env=Darla/Procgen-$game-v0 folder=$out/$game
    collect "$folder/frames" --num-frames "$frames"
    see vision
    see darla_2017 --objective darla_2017
    see beta_vae --objective beta_vae
    for seed in ${SEEDS:-0 1 2}; do
        latent state "$seed" vision --mask-look &
        pixels pixels "$seed"
        wait
        latent all_latents "$seed" vision &
        pixels pixels_shift "$seed" --augmentation shift
        wait
        latent darla_2017 "$seed" darla_2017 &
        pixels pixels_conv "$seed" --augmentation conv
        wait
        latent beta_vae "$seed" beta_vae &
        pixels pixels_recolor "$seed" --augmentation recolor
        wait
    done
    darla evaluate-transfer --agents "$folder/agents" --episodes "${EPISODES:-200}" --stochastic \
        --out "$folder/transfer.csv"
    darla compare --rows "$folder/transfer.csv" --out "$folder/compare"
done
