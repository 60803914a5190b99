"""The talent pool (人才库): profiles that graduates publish, and the contacts that employers ask for."""
