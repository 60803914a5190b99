from surveys.invitations.domain import TOKEN_BYTES, has_form, link, new_token


def test_tokens_have_128_bits_and_differ() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert TOKEN_BYTES * 8 == 128
    assert all(has_form(token) for token in tokens)


def test_only_texts_that_could_be_tokens_are_looked_up() -> None:
    assert not any(map(has_form, ["", "short", "A" * 21, "A" * 23, "A" * 21 + "\n", "é" * 22]))


def test_the_token_stands_in_the_fragment() -> None:
    token = new_token()
    path, _, fragment = link("https://survey.example/", token).partition("#")
    assert (path, fragment) == ("https://survey.example/a", token)
