"""Which of identity's shapes do other slices take, too?"""

from backend.identity import schemas

Login = schemas.Login
"""A login, as a person types it."""
