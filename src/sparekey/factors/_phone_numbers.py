"""Phone numbers that text messages may go to (E.164).

Only what is a mobile phone's. A message to a premium-rate number, a satellite phone or the like costs money that
somebody earns, and lands in no pocket; a number of a computer (VoIP) proves no thing (NIST SP 800-63B-4, section
3.1.3.1). In North America nobody can tell mobile from fixed numbers.

The library is loaded with the first number that is typed.
"""

from collections.abc import Collection

from sparekey.errors import BadInput

LONGEST_TYPED = 40
_OF_NO_COUNTRY = "001"


def read_number(text: str, home: str, countries: Collection[str] = ()) -> str:
    """The number as `+41791234567`, or `BadInput` at the field `number`.

    `home`: the country of a number without one (ISO 3166). `countries`: those that messages go to; empty: all.
    """
    if not text.strip():
        raise BadInput("number", "empty", "Enter a phone number")
    import phonenumbers  # noqa: PLC0415 -- see the module's text
    from phonenumbers import PhoneNumberFormat, PhoneNumberType  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text[: LONGEST_TYPED + 1], home)
    except phonenumbers.NumberParseException:
        raise _refused("number_form") from None
    country = phonenumbers.region_code_for_number(number)
    if len(text) > LONGEST_TYPED or number.extension or not phonenumbers.is_valid_number(number):
        raise _refused("number_form")
    mobile = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    if phonenumbers.number_type(number) not in mobile or country == _OF_NO_COUNTRY:
        raise _refused("number_not_mobile")
    if countries and country not in countries:
        raise _refused("number_country")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


_SAID = {
    "number_form": "Enter a mobile number with its country code, such as +41 79 123 45 67",
    "number_not_mobile": "Codes go to mobile phones only. Enter the number of one",
    "number_country": "This server sends no text messages to that country",
}


def _refused(reason: str) -> BadInput:
    return BadInput("number", reason, _SAID[reason])
