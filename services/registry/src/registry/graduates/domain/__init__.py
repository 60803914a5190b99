"""Rules of a roster entry (生源信息) as pure functions over frozen values.

`entry` is what a graduate's entry holds, `identity` the form of names and numbers, `checks` the rules of each field,
`population` who counts in N, `searching` and `resolving` how a person is found, `refusals` why an act is refused.
"""
