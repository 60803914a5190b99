"""Reminders (提醒) of what graduates still have to do: asked for by staff, and sent by themselves before deadlines."""
