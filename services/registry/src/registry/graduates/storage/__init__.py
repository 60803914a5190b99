"""SQL about graduates.

`roster` reads and writes graduates with their versions, `searching` finds one person, `numbers` the graduates of a
file's rows, `locks` orders writers of one roster, `sealing` stands between a value in clear and its ciphertext.
"""
