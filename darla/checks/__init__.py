"""Checks for what others add, to be run on theirs, as Gymnasium's and scikit-learn's are.

A check returns nothing where all is well, and otherwise raises a ``ValueError`` (or an
``AssertionError``, of an objective that trains wrongly) that says what to mend. They belong in a
test::

    from darla.checks.environments import check_factor_environment

    def test_my_environment_offers_factors():
        check_factor_environment(gym.make("MyEnv-v0"))

    from darla.checks.objectives import check_objective

    def test_my_objective_can_be_trained():
        check_objective(MyVAE)
"""
