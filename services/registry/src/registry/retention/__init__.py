"""How long what is kept about graduates is kept: periods as data."""
