"""Contact in SQL."""
