"""Forms of people: accounts, roles, filters, and our words on the library's sign-in forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tidar.people.actions.accounts import Profile
from tidar.people.actions.assigning import RoleTerms
from tidar.people.queries.lists import active_agencies
from tidar.people.queries.trail import TrailFilter
from tidar.people.roles import GIVEN_ROLES


class OurWords:
    """Mixed into a library form: our labels, no placeholders (they vanish while typing), our hints."""

    words: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(OurWords, account.LoginForm):  # type: ignore[misc]
    """Name or e-mail address, and password."""

    words = {"login": _("Nama akun atau surel"), "password": _("Kata sandi")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username webauthn", "autocapitalize": "none"}


PASSWORD_HINT = _("Paling sedikit 10 huruf. Beberapa kata yang Anda ingat lebih baik daripada satu kata rumit.")


class ChangePasswordForm(OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """The old password and a new one, twice."""

    words = {
        "oldpassword": _("Kata sandi sekarang"),
        "password1": _("Kata sandi baru"),
        "password2": _("Kata sandi baru, sekali lagi"),
    }
    hints = {"password1": PASSWORD_HINT}


class SetPasswordForm(OurWords, account.SetPasswordForm):  # type: ignore[misc]
    """The first password, twice."""

    words = {"password1": _("Kata sandi"), "password2": _("Kata sandi, sekali lagi")}
    hints = {"password1": PASSWORD_HINT}


class ReauthenticateForm(OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something that matters."""

    words = {"password": _("Kata sandi")}


class SecondStepForm(OurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator, or a recovery code."""

    words = {"code": _("Kode dari aplikasi, atau kode cadangan")}


class SecondFactorAgainForm(OurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The code again, before something that matters."""

    words = {"code": _("Kode dari aplikasi, atau kode cadangan")}


class AddAuthenticatorForm(OurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the authenticator was set up."""

    words = {"code": _("Kode enam angka")}


class ReadsKeys:
    """Mixed into a library form with a key from the browser: what is not a key at all is refused like a wrong one.

    The library's parser indexes into whatever JSON it gets, and raises KeyError, TypeError or ValueError on nonsense.
    """

    def clean_credential(self) -> Any:
        """The key, or a refusal in words."""
        inner = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])  # type: ignore[attr-defined]
        return _or_refused(inner)

    def clean(self) -> Any:
        """The form's own check, or a refusal in words."""
        return _or_refused(super().clean)  # type: ignore[misc]


def _or_refused(check: Callable[[], Any]) -> Any:
    try:
        return check()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise forms.ValidationError(_("Kunci sandi tidak terbaca. Coba lagi.")) from error


class SignInByPasskeyForm(ReadsKeys, passkeys.LoginWebAuthnForm):  # type: ignore[misc]
    """A key that signs in by itself."""


class SecondStepByPasskeyForm(ReadsKeys, passkeys.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A key after the password."""


class PasskeyAgainForm(ReadsKeys, passkeys.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A key before something that matters."""


class AddPasskeyForm(ReadsKeys, OurWords, passkeys.AddWebAuthnForm):  # type: ignore[misc]
    """A name for the key; the key itself comes from the browser."""

    words = {"name": _("Nama kunci"), "passwordless": _("Masuk cukup dengan kunci ini, tanpa kata sandi")}
    hints = {"name": _("Misalnya: telepon saya, laptop kantor.")}


class EditPasskeyForm(OurWords, passkeys.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for the key."""

    words = {"name": _("Nama kunci")}


class DateField(forms.DateField):
    """A day, typed or picked in the browser's own calendar (ISO 8601)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class ProfileForm(forms.Form):
    """What an account says about its person."""

    first_name = forms.CharField(
        label=_("Nama depan"), max_length=150, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Nama belakang"),
        max_length=150,
        required=False,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = forms.EmailField(label=_("Surel"), required=False, help_text=_("Boleh kosong. Dapat dipakai untuk masuk."))
    phone = forms.CharField(
        label=_("Telepon"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )

    def profile(self) -> Profile:
        """The valid answers."""
        return Profile(**{k: self.cleaned_data[k] for k in ("first_name", "last_name", "email", "phone")})


class NewUserForm(ProfileForm):
    """An account to be made."""

    username = forms.CharField(
        label=_("Nama akun"),
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Dipakai untuk masuk: huruf, angka, titik, atau tanda hubung, tanpa spasi."),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )
    field_order = ("username", "first_name", "last_name", "email", "phone")


def _agency_choices() -> list[tuple[str, str]]:
    return [("", "—"), *((a.code, a.name) for a in active_agencies())]


class RoleForm(forms.Form):
    """A role to be given."""

    role = forms.ChoiceField(label=_("Peran"), choices=[("", "—"), *((r.key, r.title) for r in GIVEN_ROLES)])
    agency = forms.ChoiceField(label=_("Untuk perangkat daerah"), choices=_agency_choices, required=False)
    area = forms.CharField(
        label=_("Untuk wilayah (kode)"),
        max_length=40,
        required=False,
        help_text=_("Kode Kemendagri. RW ditulis di belakang kode kelurahan, misalnya 33.71.03.1001.04 untuk RW 04."),
        widget=forms.TextInput({"list": "daftar-wilayah", "autocomplete": "off"}),
    )
    from_date = DateField(label=_("Mulai"))
    until_date = DateField(label=_("Sampai"), required=False, help_text=_("Kosong: sampai ada perubahan."))

    def terms(self) -> RoleTerms:
        """The valid answers."""
        names = ("role", "agency", "area", "from_date", "until_date")
        return RoleTerms(**{k: self.cleaned_data[k] for k in names})


class EndRoleForm(forms.Form):
    """The last day of a role."""

    last_date = DateField(label=_("Hari terakhir"))


class PeopleFilterForm(forms.Form):
    """Which accounts to list."""

    q = forms.CharField(label=_("Cari nama"), required=False, max_length=100)
    peran = forms.ChoiceField(
        label=_("Peran"), required=False, choices=[("", _("semua")), *((r.key, r.title) for r in GIVEN_ROLES)]
    )
    opd = forms.ChoiceField(label=_("Perangkat daerah"), required=False, choices=_agency_choices)


class TrailForm(forms.Form):
    """Which entries of the audit trail to show."""

    pelaku = forms.CharField(label=_("Pelaku"), required=False, max_length=100)
    tindakan = forms.CharField(label=_("Tindakan"), required=False, max_length=80)
    jenis = forms.CharField(label=_("Jenis sasaran"), required=False, max_length=40)
    sasaran = forms.CharField(label=_("Sasaran"), required=False, max_length=200)
    dari = DateField(label=_("Dari tanggal"), required=False)
    sampai = DateField(label=_("Sampai tanggal"), required=False)

    def asked(self) -> TrailFilter:
        """The filter; both days count, in the region's time zone."""
        given = self.cleaned_data
        last = given.get("sampai")
        return TrailFilter(
            who=given.get("pelaku", ""),
            action=given.get("tindakan", ""),
            subject_kind=given.get("jenis", ""),
            subject_id=given.get("sasaran", ""),
            since=_midnight(given.get("dari")),
            until=_midnight(last + timedelta(days=1)) if last else None,
        )


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None
