"""Liaisons (联络员): people of school, college, class or alumni who reach those that no message reaches."""
