"""Invitations (邀请): one personal link per eligible graduate of a wave."""
