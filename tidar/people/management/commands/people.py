"""`tidar people links|create-user|assign|agencies|samples`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from tidar.common import clock
from tidar.common.actor import system
from tidar.common.errors import UnableTo
from tidar.people import api
from tidar.people.actions.accounts import Profile, create_user
from tidar.people.actions.assigning import RoleTerms, day_of, give_role
from tidar.people.actions.links import create_sign_in_link
from tidar.people.models import User
from tidar.people.roles import GIVEN_ROLES

BY = system("perintah people")


class Command(BaseCommand):
    """Sign-in links, users and roles from the command line."""

    help = "Sign-in links for the demo people or for one account, new accounts, roles, agencies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True)
        words.add_parser("agencies", help="bring the agencies up to date from the region's agencies.toml")
        words.add_parser("samples", help="create the demo city's people")
        links = words.add_parser("links", help="one-time links: of every demo person, or of one account")
        links.add_argument("--user", help="only for this account (valid 15 minutes)")
        links.add_argument("--base-url", default=settings.TIDAR_PUBLIC_URL)
        create = words.add_parser("create-user", help="a new account; prints its one-time link")
        create.add_argument("username")
        create.add_argument("--name", required=True, help="first and last name")
        create.add_argument("--email", default="")
        create.add_argument("--base-url", default=settings.TIDAR_PUBLIC_URL)
        assign = words.add_parser("assign", help="give an account a role")
        assign.add_argument("username")
        for command, required in ((create, False), (assign, True)):
            command.add_argument("--role", choices=[r.key for r in GIVEN_ROLES], required=required)
            command.add_argument("--agency", default="", help="code of an agency")
            command.add_argument("--area", default="", help="Kemendagri code of an area")
            command.add_argument("--from", dest="from_date", type=date.fromisoformat, help="first day, default today")
            command.add_argument("--until", dest="until_date", type=date.fromisoformat, help="last day, default none")

    def handle(self, *args: Any, **options: Any) -> None:
        word: str = options["word"].replace("-", "_")
        try:
            getattr(self, f"_{word}")(options)
        except UnableTo as error:
            raise CommandError(error.sentence) from error

    def _agencies(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{api.load_agencies(by=BY, at=clock.now())} agencies new or changed")

    def _samples(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{api.create_sample_people(by=BY, at=clock.now())} demo people")

    def _links(self, options: dict[str, Any]) -> None:
        if options["user"]:
            self._print_link(_user(options["user"]), options["base_url"])
            return
        views = api.create_demo_links(base_url=options["base_url"], by=BY, at=clock.now())
        if not views:
            raise CommandError("There are no demo people; run `tidar people samples` first.")
        wide = max(len(v.role_title) for v in views)
        named = max(len(v.person) for v in views)
        for v in views:
            self.stdout.write(f"{v.role_title:<{wide}}  {v.person:<{named}}  {v.url}")

    def _create_user(self, options: dict[str, Any]) -> None:
        first, _, last = options["name"].partition(" ")
        profile = Profile(first_name=first, last_name=last, email=options["email"])
        user = create_user(username=options["username"], profile=profile, by=BY, at=clock.now())
        if options["role"]:
            self._give(user, options)
        self._print_link(user, options["base_url"])

    def _assign(self, options: dict[str, Any]) -> None:
        self._give(_user(options["username"]), options)
        self.stdout.write(f"{options['username']} is {options['role']}")

    def _give(self, user: User, options: dict[str, Any]) -> None:
        at = clock.now()
        terms = RoleTerms(
            role=options["role"],
            from_date=options["from_date"] or day_of(at),
            until_date=options["until_date"],
            agency=options["agency"],
            area=options["area"],
        )
        give_role(user_id=user.pk, terms=terms, by=BY, at=at)

    def _print_link(self, user: User, base_url: str) -> None:
        token = create_sign_in_link(user_id=user.pk, by=BY, at=clock.now())
        self.stdout.write(base_url.rstrip("/") + reverse("people:sign_in_link", args=[token]))


def _user(username: str) -> User:
    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise CommandError(f"There is no account {username}.")
    return user
