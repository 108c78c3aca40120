"""Make one environment from its description, and say in one line what keeps it from being made."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator
from gymnasium.wrappers import OrderEnforcing

from darla.environments.checked_steps import CheckedSteps
from darla.environments.looks import Look
from darla.environments.named_modules import import_named, named_in, told
from darla.environments.rendered_pictures import RenderedPictures
from darla.environments.reset_options import ResetOptions
from darla.environments.spec import EnvironmentSpec
from darla.environments.wrapper_calls import WrapperCall
from darla.frames.pictures import has_picture
from darla.running.names import nearest
from darla.running.one_line import one_line

Environment = gym.Env[Any, Any]

_AS_IT_IS = Look()
_PICTURES = "rgb_array"
_UNKNOWN_ARGUMENT = re.compile(r"unexpected keyword argument '(\w+)'")
_TOLD_BY_GYMNASIUM = " was raised from the environment creator"
_DISPLAY = re.compile(
    r"\bdisplay|x11|xlib|glfw|gladloadgl|opengl|\begl|video device", re.IGNORECASE
)


def make_environment(
    spec: EnvironmentSpec,
    look: Look | None = None,
    *,
    further: Mapping[str, Any] | None = None,
    imports: Sequence[str] = (),
    shown: bool = True,
    key: str | None = None,
) -> Environment:
    """Make an environment that observes pictures, its own or what it renders.

    Args:
        spec: what is meant; of its looks none is taken.
        look: what changes it: one of its looks.
        further: arguments of the environment which are nobody's business but the caller's.
        imports: modules that register environments; see :func:`register`.
        shown: whether anybody looks at the pictures. Otherwise none are rendered or restyled, and
            observations are as they come; an episode goes on as it would.
        key: the picture that is restyled, of a Dict with several.

    Raises:
        ValueError: a module cannot be imported, there is nothing of that name (the nearest is
            suggested), the environment or a wrapper refuses its arguments, it needs a display, or
            it has no pictures.
    """
    look = look or _AS_IT_IS
    create = _creator(spec, {**spec.env_kwargs, **look.env_kwargs, **(further or {})}, imports)
    wrappers = [WrapperCall.parse(text) for text in (*spec.wrappers, *look.wrappers)]
    env = create({})
    try:
        if not _shows_pictures(env):
            env = _made_to_render(spec, env, create)
        for wrapper in wrappers:
            env = wrapper.around(env)
        if shown and not has_picture(env.observation_space):
            env = _rendered(spec, env)
        env = CheckedSteps(env, spec.text)
        if look.reset_options:
            env = ResetOptions(env, look.reset_options)
        return _restyled(env, look, key) if shown and look.restyle else env
    except BaseException:
        env.close()
        raise


def register(spec: EnvironmentSpec, imports: Sequence[str] = ()) -> None:
    """Import the module that an environment names, and others until its id is registered.

    ``imports`` are imported one after the other; the first in any case. A ValueError where a module
    cannot be imported.
    """
    if spec.module:
        import_named(spec.module, f"cannot make {spec.env}")
    for index, module in enumerate(imports):
        if index and spec.name in gym.registry:
            return
        import_named(module, f"cannot import {module!r}, named in 'imports'")


def made_by(spec: EnvironmentSpec) -> Callable[..., Any] | None:
    """Return the class or function that makes an environment, whose module is imported already.

    None where only Gymnasium knows. A ValueError where it names a function that is none.
    """
    if spec.name in gym.registry:
        return loaded(gym.spec(spec.name).entry_point)
    if not spec.module or not spec.name.isidentifier():
        return None
    problem = f"cannot make {spec.env}"
    found = named_in(import_named(spec.module, problem), spec.name, problem)
    if not callable(found):
        raise ValueError(f"{problem}: it is {type(found).__name__}, and no id, class or function")
    made: Callable[..., Any] = found
    return made


def loaded(entry_point: Any) -> Callable[..., Any] | None:
    """Return what an entry point of Gymnasium names; what is no text, as it is."""
    if isinstance(entry_point, str):
        return load_env_creator(entry_point)
    made: Callable[..., Any] | None = entry_point
    return made


def takes(creator: Callable[..., Any] | None, name: str) -> bool:
    """Whether what makes an environment has an argument of this name."""
    return creator is not None and name in _parameters(creator)


def _parameters(creator: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of what makes an environment; none where Python cannot tell."""
    try:
        return inspect.signature(creator).parameters
    except (TypeError, ValueError):
        return {}


def _creator(
    spec: EnvironmentSpec, kwargs: Mapping[str, Any], imports: Sequence[str]
) -> Callable[[Mapping[str, Any]], Environment]:
    """Return what makes the environment without wrappers, given what more it is made with."""
    register(spec, imports)
    function = None if spec.name in gym.registry else made_by(spec)

    def create(more: Mapping[str, Any]) -> Environment:
        """Make it."""
        try:
            if function is not None:
                return _as_environment(spec, function(**{**kwargs, **more}))
            # Gymnasium's checker would look at every step of millions.
            return gym.make(spec.env, disable_env_checker=True, **{**kwargs, **more})
        except (gym.error.Error, ImportError, TypeError, ValueError) as error:
            _refuse(spec, error, one_line(error))
        except Exception as error:  # a stranger's code may raise anything
            _refuse(spec, error, told(error))

    return create


def _as_environment(spec: EnvironmentSpec, made: Any) -> Environment:
    """Return what a function made; a ValueError where it is no environment."""
    if not isinstance(made, gym.Env):
        raise ValueError(f"it made {type(made).__name__}, and no gymnasium.Env")
    return OrderEnforcing(made)


def _shows_pictures(env: Environment) -> bool:
    """Whether an environment observes pictures, or renders them."""
    return has_picture(env.observation_space) or env.render_mode == _PICTURES


def _made_to_render(
    spec: EnvironmentSpec, env: Environment, create: Callable[[Mapping[str, Any]], Environment]
) -> Environment:
    """Return an environment that renders pictures, in place of one that does not, if it can."""
    modes = (env.metadata or {}).get("render_modes") or []
    if _PICTURES not in modes:
        if not spec.wrappers:
            _has_no_pictures(spec, env)
        return env  # a wrapper may draw what it needs itself
    env.close()
    made = create({"render_mode": _PICTURES})
    return made


def _rendered(spec: EnvironmentSpec, env: Environment) -> Environment:
    """Return an environment that observes what it renders."""
    if env.render_mode != _PICTURES:
        _has_no_pictures(spec, env)
    try:
        return RenderedPictures(env)
    except (gym.error.Error, ImportError, TypeError, ValueError) as error:
        _refuse(spec, error, one_line(error))
    except Exception as error:  # such as those of OpenGL
        _refuse(spec, error, told(error))


def _restyled(env: Environment, look: Look, key: str | None) -> Environment:
    """Return an environment whose pictures are changed by the shifts of a look."""
    from darla.environments.restyled_pictures import restyled  # here, for most do without

    return restyled(env, look.restyle, key)


def _known_arguments(spec: EnvironmentSpec, argument: str) -> str:
    """Say which arguments an environment has, and which is nearest to one that it has not.

    Empty where what makes it passes others on, or Python cannot tell.
    """
    creator = made_by(spec)
    known = _parameters(creator) if creator is not None else {}
    passes_on = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in known.values())
    if not known or passes_on:
        return ""
    return f"; {nearest(argument, known)}known: {', '.join(known)}"


def _has_no_pictures(spec: EnvironmentSpec, env: Environment) -> NoReturn:
    """Say that there is nothing to see."""
    raise ValueError(
        f"{spec.text} has no pictures: its observations are {env.observation_space}, without one "
        "(grey, RGB or RGBA, uint8 or float from 0 to 1), and it does not render to 'rgb_array'"
    )


def _refuse(spec: EnvironmentSpec, error: Exception, said: str) -> NoReturn:
    """Say why an environment cannot be made, and what to do where that is known."""
    remedy = ""
    argument = _UNKNOWN_ARGUMENT.search(said)
    if argument and argument[1] in spec.env_kwargs:
        said, remedy = said.partition(_TOLD_BY_GYMNASIUM)[0], _known_arguments(spec, argument[1])
    unknown_id = isinstance(error, gym.error.NameNotFound | gym.error.NamespaceNotFound)
    if unknown_id and not spec.module and "Did you mean" not in said:
        said = said.rstrip(".")
        remedy = f"; an id that a module of yours registers is given with it: my_module:{spec.env}"
    if _DISPLAY.search(f"{type(error).__module__}.{type(error).__name__} {error}"):
        remedy = (
            "; where there is no display, set MUJOCO_GL=egl (MuJoCo), SDL_VIDEODRIVER=dummy "
            "(pygame) or PYGLET_HEADLESS=true (pyglet), or begin the command with xvfb-run"
        )
    raise ValueError(f"cannot make {spec.text}: {said}{remedy}") from error
