from darla.running.markdown import join_names, markdown_table


def test_columns_are_aligned_in_plain_text() -> None:
    table = markdown_table(["a", "long header"], [["something", "1"], ["b", "22"]])
    assert table.splitlines() == [
        "| a         | long header |",
        "| --------- | ----------: |",
        "| something |           1 |",
        "| b         |          22 |",
    ]


def test_names_are_joined_as_in_a_sentence() -> None:
    assert join_names(["a"]) == "a"
    assert join_names(["a", "b", "c"]) == "a, b and c"
