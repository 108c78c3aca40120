import subprocess
import sys
import textwrap

LIGHT = """
not_needed = {"miniworld", "pyglet", "dm_control", "mujoco"}
assert not not_needed & {module.partition(".")[0] for module in sys.modules}
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    code = "import sys\n" + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_the_package_imports_neither_miniworld_nor_opengl():
    done = run(
        "import darla_envs, darla_envs.description.tasks, darla_envs.description.domains" + LIGHT
    )
    assert done.returncode == 0, done.stderr


def test_the_package_survives_without_gymnasium():
    done = run(
        """
        import importlib.util
        find_spec = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name == "gymnasium" else find_spec(name)
        import darla_envs, darla_envs.description.tasks
        assert "gymnasium" not in sys.modules
        """
    )
    assert done.returncode == 0, done.stderr


def test_missing_libraries_are_named_when_an_environment_is_made():
    broken = """
        class Broken:
            def find_spec(self, name, path=None, target=None):
                if name == "pyglet":
                    raise OSError("libGL.so.1: cannot open shared object file")
        sys.meta_path.insert(0, Broken())
        import darla_envs, gymnasium
        gymnasium.make({name!r})
        """
    for name in ("Darla/GoToObject-v0", "darla_envs.stock:MiniWorld-OneRoom-v0"):
        done = run(textwrap.dedent(broken).format(name=name))
        assert done.stderr.strip().splitlines()[-1].startswith("ImportError: MiniWorld cannot draw")
        assert "libegl1" in done.stderr
