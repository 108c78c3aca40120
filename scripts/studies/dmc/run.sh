#!/usr/bin/env bash
# DeepMind Control in DMC-GB's colours: latents, pixels and augmented pixels at one budget.
#
#     pip install 'darla[dmc]'
#     bash scripts/studies/dmc/run.sh            # -> runs/dmc
#     TASKS="finger-spin" SEEDS="0" EPOCHS=7 bash scripts/studies/dmc/run.sh
#     ALGORITHM=ppo STEPS=200000 OUT=runs/dmc_ppo bash scripts/studies/dmc/run.sh
#
# Stopped at any moment, the same command continues. Two agents learn side by side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
out=${OUT:-runs/dmc} frames=${FRAMES:-20000} steps=${STEPS:-50000}
algorithm=${ALGORITHM:-sac}
every=${EVERY:-12500} # steps between evaluations
case $algorithm in
sac) # a memory of as many steps for agents of every kind: 2.2 GB of stacked pictures
    how=(--settings gamma=0.99 learning_starts=1000 "gradient_steps=${UPDATES:-4}"
        "buffer_size=${MEMORY:-30000}" 'policy_kwargs={"net_arch": [256, 256]}') ;;
ppo) how=(--reward-scale 0.1 --settings gamma=0.99 'policy_kwargs={"net_arch": [256, 256]}') ;;
*) echo "error: ALGORITHM is $algorithm; give sac or ppo" >&2 && exit 2 ;;
esac
export MUJOCO_GL=${MUJOCO_GL:-egl}
export PATH="$PWD/.venv/bin:$PATH"

collect() { # folder options...
    darla collect --env "$env" --out "$1" "${@:2}"
}
see() { # name options...
    darla train-vision --data "$folder/frames" --out "$folder/$1" "${@:2}"
}
# Pictures show no velocities, so agents of every kind see three at a time, or what is made of three.
train() { # name seed steps options...
    darla train-agent --env "$env" --seed "$2" --out "$folder/agents/$1_$2" --label "$1" \
        --algorithm "$algorithm" --total-timesteps "$3" --frame-stack 3 --threads 1 \
        --eval-freq "$every" --eval-episodes 5 --checkpoint-freq "$every" "${how[@]}" "${@:4}"
}
latent() { # name seed encoder options... Encoders that have failed are compared, too.
    train "$1" "$2" "$steps" --encoder "$folder/$3/encoder" --anyway "${@:4}"
}
pixels() { # name seed options... The encoders' frames count as steps: pixels get as many more.
    train "$1" "$2" $((steps + frames)) --kind pixels "${@:3}"
}
for task in ${TASKS:-cartpole-balance cartpole-swingup finger-spin ball_in_cup-catch walker-walk}; do
    env=Darla/DMC-$task-v0 folder=$out/$task
    # Twins: what both looks of a state have in common is all that the contrast can go by.
    collect "$folder/frames" --domain "${DOMAIN:-d_u}" --num-frames "$frames" --looks-per-state 2
    collect "$folder/test_frames" --domain "${DOMAIN:-d_u}" --num-frames "${TEST_FRAMES:-4000}" \
        --seed 1 --looks-per-state 2
    # Told from more others, in sharper terms and in nats: a thin pole's angle is learnt no other way.
    see vision --batch-size 64 --temperature 0.05 --shortest-state 1 --epochs "${EPOCHS:-10}"
    see darla_2017 --objective darla_2017
    see beta_vae --objective beta_vae
    darla evaluate-encoder --bundles "$folder"/{vision,darla_2017,beta_vae}/encoder \
        --data "$folder/test_frames" --out "$folder/encoders"
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
        train factors "$seed" "$steps" --kind factors
    done
    darla evaluate-transfer --agents "$folder/agents" --episodes "${EPISODES:-20}" \
        --out "$folder/transfer.csv"
    darla compare --rows "$folder/transfer.csv" --over color_easy color_hard --out "$folder/compare"
done
