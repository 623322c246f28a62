"""``flask accounts …``: what an operator does at the machine itself."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from marshmallow import ValidationError

from backend.accounts import service
from backend.accounts.models import ROLES
from backend.accounts.schemas import SignUpSchema
from backend.audit.service import record
from backend.db import db
from backend.identity import OPERATOR

accounts_commands = AppGroup("accounts", help="Manage accounts.")


@accounts_commands.command("create-staff")
@click.option("--email", prompt=True, help="Address of the account; an existing one keeps its password.")
@click.option("--name", help="Name of a new account. Default: what stands before the @.")
@click.option("--role", type=click.Choice(ROLES), default="staff", show_default=True)
@click.option("--password", help="Password of a new account; asked for when not given.")
def create_staff(email: str, name: str | None, role: str, password: str | None) -> None:
    """Make a staff account, or make an existing account staff."""
    known = service.find_by_email(db.session, email)
    before = None if known is None else known.role
    user = service.make_staff(db.session, email, role)
    if user is None:
        password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
        try:
            fields = SignUpSchema().load({"email": email, "password": password, "name": name})
        except ValidationError as error:
            raise click.ClickException(str(error.messages)) from error
        user = service.sign_up(db.session, **fields)
        user.role = role
    record(db.session, OPERATOR, "account.role", "account", [user.id], email=user.email, before=before, after=role)
    db.session.commit()
    click.echo(f"{user.email} is {user.role} now.")
