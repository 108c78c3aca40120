"""Checks for what others add, to be run on theirs, as Gymnasium's and scikit-learn's are.

A check returns nothing where all is well, and otherwise raises a ``ValueError`` that says what to
mend. They belong in a test::

    from darla.checks.environments import check_factor_environment

    def test_my_environment_offers_factors():
        check_factor_environment(gym.make("MyEnv-v0"))
"""
