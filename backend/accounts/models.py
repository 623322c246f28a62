"""Rows of people and their API tokens."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7

ROLES = ("user", "staff_readonly", "staff")


class User(Model):
    """A person. A guest has neither address nor password until the guest becomes an account."""

    __tablename__ = "app_user"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'staff_readonly', 'staff')", name="role"),
        CheckConstraint("is_guest OR (email IS NOT NULL AND password_hash IS NOT NULL)", name="credentials"),
        Index("uq_app_user_email", text("lower(email)"), unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, default="user", server_default="user")
    is_guest: Mapped[bool] = mapped_column(default=False, server_default="false")
    session_version: Mapped[int] = mapped_column(default=1, server_default="1")
    suspended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime | None]


class ApiToken(Model):
    """A bearer token. Only its SHA-256 is kept; the token itself is shown once."""

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class EndedSession(Model):
    """A session that was signed out before its cookie expired: a copy of the cookie must not work any more."""

    __tablename__ = "ended_session"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
