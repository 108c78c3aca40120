"""Search settings: trials in a folder, and a report.

They are trained by the functions that ``darla train-vision`` and ``darla train-agent`` call, so
that each trial's ``vision`` and ``agent`` are ordinary folders of runs. Nothing of a trial is kept
in memory for the next one: they run one after the other in this process, or those of a batch side
by side on a cluster.
"""

from darla.running.continuing import check_same, recorded_config
from darla.running.exclusive import exclusive
from darla.running.run_record import write_run_record
from darla_agents.sweeping.config import SweepConfig
from darla_agents.sweeping.optuna_library import optuna_library
from darla_agents.sweeping.report import SweepReport, write_report
from darla_agents.sweeping.study import SweepStudy
from darla_agents.sweeping.sweep_file import read_sweep


def sweep(config: SweepConfig) -> SweepReport:
    """Run trials until there are as many as asked for, or go on where a sweep was stopped.

    Raises:
        FileNotFoundError: there is no such file, or no dataset.
        ValueError: Optuna is missing; the file cannot be used (see
            :func:`darla_agents.sweeping.sweep_file.read_sweep`); the folder holds something else
            or another sweep; all of the first trials fail; or no cluster answers.
    """
    config.check()
    optuna_library()
    asked = read_sweep(config.file)
    identity = {**asked.recorded, "seed": config.seed}
    identity |= {"batch": config.batch} if config.batch > 1 else {}
    recorded = recorded_config(config.out)
    if recorded is not None:
        remedy = "give another --out, or what it began with to continue it"
        check_same(f"{config.out} holds a sweep", recorded, identity, remedy)
        added = {name: None for name in recorded if name not in identity}
        check_same(f"{config.out} holds a sweep", recorded, added, remedy)
    with exclusive(config.out):
        if recorded is None:
            write_run_record(config.out, identity, config.seed)
        study = SweepStudy(asked, config.out, config.seed)
        if config.batch > 1:
            study.run_batches(config.trials, config.batch, config, config.progress)
        else:
            study.run(config.trials, config.progress)
        return write_report(asked, study, config.out, config.seed)
