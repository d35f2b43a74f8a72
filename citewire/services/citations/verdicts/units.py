"""What may stand beside a number: scales, currencies, percentages and units of measure.

A kind names what a number counts: `""` nothing said, `%`, `pp` (percentage points), a currency
(`$`, `EUR`, ...) or a dimension (`m`, `Wh`, ...), to whose base every unit is converted.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from citewire.services.citations.verdicts.tokens import tokenise

PERCENT, POINTS = "%", "pp"


def _table(rows: str) -> Iterable[tuple[str, float, str]]:
    """Rows `kind factor word word ...`, one word at a time; `_` is between two tokens."""
    for row in rows.strip().splitlines():
        kind, factor, *forms = row.split()
        for form in forms:
            yield kind, float(factor), form.replace("_", " ")


SCALES = {
    form: factor
    for _, factor, form in _table("""
. 1e2 hundred hundreds
. 1e3 thousand thousands mil miles tausend tsd mille milliers millier k
. 1e5 lakh lakhs
. 1e6 million millions millon millones mn mln mio millionen mm
. 1e7 crore crores
. 1e9 billion billions bn bln millardo millardos mrd milliarden milliarde milliard milliards mds
. 1e12 trillion trillions tn trn billones billon
""")
}
"""Words of scale. English `billion` is 1e9 and Spanish `billón` 1e12."""

GLUED_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
"""Letters of scale: only straight after the digits, or with a currency."""

BEFORE_MONEY = {"k": 1e3, "t": 1e3, "m": 1e6, "md": 1e9}
"""Scales before the sign of a currency: `1 234,5 M€`, `312 T€`."""

SHORT_SCALES = frozenset({"tsd", "mio", "mrd"})
"""Those that are written with a point."""

CURRENCIES = {
    form: kind
    for kind, _, form in _table("""
$ 1 $ dollar dollars dolar dolares
USD 1 us$ usd us_dollar us_dollars american_dollars dolares_estadounidenses
CAD 1 c$ ca$ cad canadian_dollar canadian_dollars dolares_canadienses
AUD 1 a$ au$ aud australian_dollar australian_dollars
MXN 1 mxn mx$ mexican_pesos pesos_mexicanos
PESO 1 pesos peso
EUR 1 € eur euro euros d'euros d'euro
GBP 1 £ gbp pounds sterling libras libras_esterlinas pounds_sterling
JPY 1 ¥ jpy yen yenes
CNY 1 cny rmb yuan renminbi yuanes
INR 1 ₹ inr rupees rupee rupias
CHF 1 chf francs swiss_francs francos_suizos
BRL 1 r$ brl reais reales
SEK 1 sek
NOK 1 nok
DKK 1 dkk
KRW 1 krw won
""")
}
_DOLLARS = frozenset({"$", "USD", "CAD", "AUD", "MXN", "PESO", "BRL"})
_BARE_KINDS = {"$": _DOLLARS, "°": frozenset({"°", "°C", "°F"})}
_CODES = frozenset(CURRENCIES.values())

_UNITS = {
    form: (kind, factor)
    for kind, factor, form in _table("""
EUR 1e3 teur keur
EUR 1e6 meur
% 1 % percent pct prozent per_cent por_ciento por_cien pour_cent
% 0.1 ‰
pp 1 pp percentage_point percentage_points punto_porcentual puntos_porcentuales
pp 1 prozentpunkt prozentpunkte prozentpunkten %_-_punkte %_-_punkten
pp 1 point_de_pourcentage points_de_pourcentage
pp 0.01 bps bp basis_point basis_points punto_basico puntos_basicos
pp 0.01 basispunkt basispunkte basispunkten point_de_base points_de_base
m 0.001 mm millimetre millimetres millimeter millimeters milimetro milimetros
m 0.01 cm centimetre centimetres centimeter centimeters centimetro centimetros
m 1 m metre metres meter meters metro metros
m 1000 km kilometre kilometres kilometer kilometers kilometro kilometros
m 1609.344 mile miles mi milla millas
m 0.3048 ft foot feet pie pies
m2 1 m² m_2 sqm square_metre square_metres square_meter square_meters metros_cuadrados
m2 1e4 ha hectare hectares hectarea hectareas
m2 4046.86 acre acres
m2 1e6 km² km_2 square_kilometre square_kilometres square_kilometer square_kilometers
m2 1e6 kilometros_cuadrados
m2 2589988 square_mile square_miles
m3 1 m³ m_3 cubic_metre cubic_metres cubic_meter cubic_meters metros_cubicos
m3 1 kilolitre kilolitres kiloliter kiloliters
m3 1e3 megalitre megalitres megaliter megaliters
m3 1e6 gigalitre gigalitres gigaliter gigaliters
m3 0.001 l litre litres liter liters litro litros
m3 0.003785 gallon gallons galon galones
bbl 1 barrel barrels bbl barril barriles
kg 0.001 g gram grams gramme grammes gramo gramos
kg 0.000001 mg milligram milligrams miligramo miligramos
kg 0.000000001 µg μg microgram micrograms microgramo microgramos
kg 1 kg kilo kilos kilogram kilograms kilogramo kilogramos
kg 1000 t ton tons tonne tonnes metric_ton metric_tons metric_tonnes tonelada toneladas
kg 1e6 kt kilotonne kilotonnes kilotons
kg 1e9 megatonne megatonnes megatons megatoneladas
kg 1e3 tco_2 tco_2_e
kg 1e6 ktco_2 ktco_2_e
kg 1e9 mtco_2 mtco_2_e
kg 0.4536 lb lbs pound_weight
W 1 w watt watts vatio vatios
W 1e3 kw kilowatt kilowatts kilovatio kilovatios
W 1e6 mw megawatt megawatts megavatio megavatios
W 1e9 gw gigawatt gigawatts gigavatio gigavatios
W 1e12 tw terawatt terawatts
Wh 1e3 kwh kilowatt_hour kilowatt_hours kilovatios_hora
Wh 1e6 mwh megawatt_hour megawatt_hours megavatios_hora
Wh 1e9 gwh gigawatt_hour gigawatt_hours gigavatios_hora
Wh 1e12 twh terawatt_hour terawatt_hours teravatios_hora
J 1e9 gj gigajoule gigajoules
J 1e12 tj terajoule terajoules
J 1e15 pj petajoule petajoules
°C 1 °_c degrees_celsius grados_celsius degrees_centigrade grados_centigrados
°F 1 °_f degrees_fahrenheit grados_fahrenheit
° 1 ° degree degrees grado grados
B 1e3 kb kilobyte kilobytes
B 1e6 mb megabyte megabytes
B 1e9 gb gigabyte gigabytes
B 1e12 tb terabyte terabytes
B 1e15 pb petabyte petabytes
Hz 1e6 mhz
Hz 1e9 ghz
ppm 1 ppm
s 0.001 ms millisecond milliseconds milisegundo milisegundos
s 1 s sec second seconds segundo segundos
s 60 min minute minutes minuto minutos
s 3600 h hour hours hora horas hr hrs
d 1 day days dia dias
d 7 week weeks semana semanas
mo 1 month months mes meses
mo 12 year years ano anos
mo 120 decade decades decada decadas
# 1 people persons person inhabitants residents citizens personas habitantes residentes ciudadanos
#job 1 employees employee workers staff jobs empleados trabajadores puestos empleos
#home 1 households household homes hogares viviendas
#patient 1 patients patient pacientes paciente
#case 1 cases casos
#firm 1 companies firms businesses empresas companias
#country 1 countries nations paises naciones
#site 1 plants sites facilities plantas centros
#car 1 vehicles cars vehiculos coches
""")
}

_LONGEST = max(form.count(" ") for form in (*_UNITS, *CURRENCIES)) + 1
_STARTS = frozenset(form.split()[0] for form in (*_UNITS, *CURRENCIES))


def unit_of(words: Sequence[str]) -> tuple[str, float, int] | None:
    """Kind, factor to its base and the number of words, of the unit that `words` begin with."""
    if not words or words[0] not in _STARTS:
        return None
    for count in range(min(_LONGEST, len(words)), 0, -1):
        form = " ".join(words[:count])
        if form in CURRENCIES:
            return CURRENCIES[form], 1.0, count
        if form in _UNITS:
            return *_UNITS[form], count
    return None


MEASURES = frozenset("m m2 m3 bbl kg W Wh J B Hz".split())
"""Kinds that are told in units of several sizes: tonnes and kilograms, MWh and GWh."""


@lru_cache(maxsize=4096)
def measures_in(flat: str) -> tuple[tuple[str, float], ...]:
    """The kinds and factors of the units of `MEASURES` that a head, caption or unit line names."""
    words = tokenise(flat)
    found: dict[tuple[str, float], None] = {}
    for at, word in enumerate(words):
        # A letter alone is as often a million or a note.
        if word in _STARTS and (len(word) > 1 or word == "t"):
            unit = unit_of(words[at : at + _LONGEST])
            if unit is not None and unit[0] in MEASURES:
                found[unit[0], unit[1]] = None
    return tuple(found)


def is_currency(kind: str) -> bool:
    """Whether `kind` is an amount of money."""
    return kind in _CODES


def same_kind(one: str, other: str) -> bool:
    """Whether two kinds may be one: a bare `$` is any dollar or peso, a bare `°` any degree."""
    return one == other or any(
        bare in (one, other) and {one, other} <= kinds for bare, kinds in _BARE_KINDS.items()
    )


def is_count(kind: str) -> bool:
    """Whether `kind` is a sort of people or things, not a measure."""
    return kind.startswith("#")
