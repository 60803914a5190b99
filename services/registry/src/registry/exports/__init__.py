"""The roster as a file: masked for officers, in clear by two people."""
