"""How accounts come to be and let people in. Nothing here commits: the caller does."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.exc import IntegrityError

from backend.accounts.authenticator import digest
from backend.accounts.connections import withdrawn
from backend.accounts.models import ApiToken, User
from backend.accounts.passwords import hash_password, needs_rehash, verify_password
from backend.audit.service import record
from backend.db import AnySession
from backend.errors import Conflict, Forbidden, Unauthorized
from backend.identity import OPERATOR, STAFF_ROLES, Actor

FIRST_ACCOUNT_LOCK = 0x0CC0_0002  # pg_advisory_xact_lock: of two first sign-ups at once only one is the first
MAX_TOKENS = 100
TOKEN_PREFIX = "cc_"  # noqa: S105 - the mark of ours, for secret scanners


def sign_up(
    session: AnySession,
    *,
    email: str,
    password: str,
    name: str | None,
    guest: Actor | None = None,
    from_loopback: bool = False,
    staff_email: str | None = None,
) -> User:
    """Make an account, or make one of ``guest``, who keeps everything. Raises Conflict when the address is taken."""
    email = email.strip()
    session.rollback()  # the connection goes back to the pool while the hash is computed
    password_hash = hash_password(password)
    user = session.get(User, guest.user_id, with_for_update=True) if guest is not None else None
    if user is None or not user.is_guest:
        user = User()
    else:
        user.session_version += 1  # a copy of the guest's cookie must not open the account
        withdrawn(session)
    user.role = _role_of_new(session, email, from_loopback, staff_email)
    user.email, user.password_hash, user.is_guest = email, password_hash, False
    user.name = (name or email.partition("@")[0]).strip()
    user.last_seen_at = datetime.now(UTC)
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Conflict(
            "There is an account with this address already. Sign in, or use another address.", code="email_taken"
        ) from None
    return user


def make_guest(session: AnySession) -> User:
    """Let somebody in who has not said who they are."""
    user = User(name=f"Guest {1000 + secrets.randbelow(9000)}", is_guest=True, last_seen_at=datetime.now(UTC))
    session.add(user)
    session.flush()
    return user


def sign_in(session: AnySession, email: str, password: str, address: str = "") -> User:
    """The user with this address and password. Unknown address and wrong password look and take the same.

    Who tries in vain to come in as staff is told of in the audit, with the ``address`` from where.
    """
    user = find_by_email(session, email)
    stored = user.password_hash if user is not None else None
    session.rollback()  # as in sign_up
    if not verify_password(stored, password) or user is None:
        if user is not None and user.role in STAFF_ROLES:
            _tell_refused(session, user, address)
        raise Unauthorized("The address or the password is wrong.", code="wrong_credentials")
    if user.suspended_at is not None:
        raise Forbidden("This account is suspended. Ask the operator.", code="suspended")
    if user.password_hash is not None and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    user.last_seen_at = datetime.now(UTC)
    return user


def _tell_refused(session: AnySession, user: User, address: str) -> None:
    """Committed here: the request ends with an error."""
    stranger = Actor(OPERATOR.user_id, name="somebody not signed in")
    record(session, stranger, "account.sign_in_failed", "account", [user.id], email=user.email, address=address)
    session.commit()


def find_by_email(session: AnySession, email: str) -> User | None:
    """The account with this address, whatever its case."""
    return session.scalar(select(User).where(func.lower(User.email) == func.lower(email.strip())))


def make_token(
    session: AnySession, owner_id: uuid.UUID, name: str, scopes: list[str], days: int | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which cannot be had a second time. Raises Conflict when there are too many."""
    count = session.scalar(select(func.count()).select_from(ApiToken).where(ApiToken.user_id == owner_id)) or 0
    if count >= MAX_TOKENS:
        raise Conflict(f"There are {count} tokens already. Remove some that nobody uses.")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    token = ApiToken(
        user_id=owner_id, name=name.strip(), token_hash=digest(secret), scopes=scopes, expires_at=expires_at
    )
    session.add(token)
    session.flush()
    return token, secret


def make_staff(session: AnySession, email: str, role: str) -> User | None:
    """Give an existing account a staff role; None when there is no such account."""
    user = find_by_email(session, email)
    if user is not None and user.role != role:
        user.role = role
        withdrawn(session)  # connections stand in the rooms of the role with which they began
    return user


def _role_of_new(session: AnySession, email: str, from_loopback: bool, staff_email: str | None) -> str:
    if staff_email is not None and email.lower() == staff_email:
        return "staff"
    if not from_loopback or _has_accounts(session):
        return "user"
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FIRST_ACCOUNT_LOCK})
    return "user" if _has_accounts(session) else "staff"


def _has_accounts(session: AnySession) -> bool:
    return bool(session.scalar(select(exists().where(User.is_guest.is_(False)))))
