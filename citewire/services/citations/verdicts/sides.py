"""Words that take a side, and the side against it: rise and fall, profit and loss.

Not among them: what negates (`polarity`), and "bajó", which without its accent is "under".
"""

_AXES = """
up: rise rises rose risen rising increase increases increased increasing grow grows grew grown
 growing growth gain gains gained climb climbs climbed jumped surge surged soared expand
 expanded expansion improved upward higher doubled tripled aumentar aumento aumentaron aumenta
 subir subio subieron sube crecer crecio crecieron crece crecimiento incremento incrementaron
 subida alza stieg stiegen steigt gestiegen anstieg wuchs wuchsen gewachsen zunahme erhohte hausse
 augmente augmentation progresse progression croissance
down: fall falls fell fallen falling decrease decreases decreased decreasing decline declines
 declined declining drop drops dropped dropping reduce reduces reduced reducing reduction shrink
 shrank shrunk cut lowered lower slump slumped plunged contracted contraction downward halved
 disminuir disminuyo disminuyeron disminuye disminucion caer cayo cayeron cae caida bajar
 bajaron baja descenso descendio descendieron reducir redujo redujeron reduccion retrocedio
 sank sanken gesunken ruckgang fiel fielen gefallen abnahme verringerte baisse diminue diminution
 recule recul

profit: profit profits profitable surplus beneficio beneficios ganancia ganancias superavit gewinn
 uberschuss benefice benefices
loss: loss losses deficit perdida perdidas verlust verluste perte pertes

approve: approved approves approve accepted accepts accept authorised authorized adopted aprobo
 aprueba aprobaron aceptado aprobado autorizo
reject: rejected rejects reject vetoed rechazo rechaza rechazaron rechazado denego

allow: allowed allows allow permitted permits permit legal permite permitio permitido
ban: banned bans ban prohibited prohibits prohibit forbidden forbids illegal prohibe prohibio
 prohibido

above: above exceeded exceeds exceed exceeding outperformed surpassed supero superan supera
 encima
below: below underperformed missed debajo inferior

open: opened opens open reopened launched abrio abrieron abierto inauguro
close: closed closes close shut shuttered closure cerro cerraron cerrado cierre clausuro

most: highest largest most biggest maximum best strongest maximo mayor
least: lowest smallest least minimum worst weakest minimo menor

include: included includes include including incluye incluyo incluido
exclude: excluded excludes exclude excluding excluye excluyo excluido

strong: strengthened stronger strengthen accelerated accelerating faster acelero fortalecio
weak: weakened weaker weaken slowed slowing slower deteriorated worsened desacelero debilito
 empeoro

won: won wins win winner gano
lost: lost loses lose loser perdio

must: mandatory compulsory required obligatory obligatorio obligatoria
may: voluntary optional voluntario voluntaria opcional

positive: positive positivo positiva
negative: negative negativo negativa

success: succeeded success successful successfully met achieved logro cumplio exito
failure: unsuccessful unsuccessfully failure incumplio fracaso

buy: bought acquired acquires acquiring acquisition acquisitions buys purchased compro adquirio
sell: sold sells divested divests divesting divestiture divestitures divestment vendio

widen: widened widens widening
narrow: narrowed narrows narrowing

secured: secured collateralized collateralised
unsecured: unsecured uncollateralized uncollateralised

audited: audited
unaudited: unaudited

realized: realized realised
unrealized: unrealized unrealised

funded: funded
unfunded: unfunded

restricted: restricted
unrestricted: unrestricted

favorable: favorable favourable
unfavorable: unfavorable unfavourable

vested: vested
unvested: unvested nonvested

recurring: recurring
nonrecurring: nonrecurring

hedged: hedged
unhedged: unhedged

insured: insured
uninsured: uninsured

import: import imports imported importaciones importo
export: export exports exported exportaciones exporto
"""


def _axes() -> tuple[dict[str, str], dict[str, str]]:
    sides: dict[str, str] = {}
    opposites: dict[str, str] = {}
    for block in _AXES.strip().split("\n\n"):
        names = []
        for part in block.replace("\n ", " ").split("\n"):
            name, _, forms = part.partition(":")
            names.append(name)
            sides.update(dict.fromkeys(forms.split(), name))
        opposites[names[0]], opposites[names[1]] = names[1], names[0]
    return sides, opposites


SIDES, OPPOSITES = _axes()
"""The side of a flat word; the side against each side."""
