"""Ballots (选票): the answers of unlinkable waves (不可关联), each under the digest of a code that is kept nowhere."""
