"""Unsafe and abusive messages, told by rule: English, Spanish and a little Chinese.

The rules look for somebody who wants to do harm, not for the mention of it: reports are about bomb
threats, suicides and weapons too. So a message is unsafe when it asks for instructions or help
(`_WANTS`) to make or do something of a short list, announces harm, asks for what is never
answered, or throws abuse at the service. Everything else passes; above all a message that tries
to override instructions, which is a question like any other.
"""

import re

from citewire.text.words import fold
from citewire.workflows.screening.refusals import Concern


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WANTS = _any(
    r"\bhow (?:do|can|could|would|should|might) (?:i|we|you|one|someone)\b",
    r"\bhow to\b",
    r"\b(?:best|easiest|quickest|fastest|good) ways? to\b",
    r"\bways? to\b",
    r"\b(?:steps?|instructions?|recipe|guide|tutorial|blueprint)\b.{0,20}\b(?:to|for|on)\b",
    r"\b(?:teach|show|tell|help|give) (?:me|us)\b",
    r"^(?:please )?(?:write|code|create|generate|build|make|design|develop|explain how)\b",
    r"\bexplain how to\b",
    r"\b(?:i|we) (?:want|need|would like|plan|intend|am going|are going) to\b",
    r"\bcomo (?:puedo|podria|podemos|se|hago|hacer|fabric\w+|prepar\w+|constru\w+|envenen\w+"
    r"|mat\w+|hacke\w+|pirate\w+)\b",
    r"\b(?:ensena|explica|di|dime|ayuda|muestra)(?:me|nos)?\b.{0,20}\b(?:como|a)\b",
    r"\b(?:quiero|quisiera|necesito|voy a)\b",
    r"\b(?:instrucciones|pasos|receta|guia)\b.{0,15}\b(?:para|de)\b",
)
_MAKES = (
    r"(?:make|build|cook|create|produce|synthesi[sz]e|prepare|assemble|manufacture|construct|brew"
    r"|making|building|cooking|hacer|hago|fabric\w+|prepar\w+|constru\w+|sintetiz\w+|cocin\w+)"
)
_WEAPONS = (
    r"(?:bombs?|explosives?|molotovs?|grenades?|land ?mines?|detonators?|nerve agents?|sarin|ricin"
    r"|nerve gas|mustard gas|chemical weapons?|biological weapons?|bioweapons?|dirty bomb"
    r"|meth|methamphetamine|crystal meth|heroin|fentanyl|crack cocaine"
    r"|bombas?|explosivos?|cocteles? molotov|granadas?|gas sarin|metanfetamina|heroina)"
)
_PERSON = (
    r"(?:someone|somebody|people|a person|(?:my|his|her|their|your)\s(?:\w+\s)?\w+|him|her|them"
    r"|alguien|(?:mi|su|tu)\s\w+|personas?)"
)
_DEEDS = _any(
    rf"\b{_MAKES}\b.{{0,40}}\b{_WEAPONS}\b(?! (?:safe|harmless)\b)",
    rf"\b(?:kill|murder|poison|stab|strangle|kidnap|drug|assault|stalk"
    rf"|blackmail)\s+(?:a\s)?{_PERSON}\b",
    rf"\b(?:matar|asesinar|envenenar|secuestrar|chantajear|apunalar)\s+a\s{_PERSON}",
    r"\b(?:hack|break|get|log)\b(?: in)?to\b.{0,30}\b(?:accounts?|e-?mails?|phones?|computers?"
    r"|whatsapp|instagram|facebook|wifi|servers?)\b",
    r"\b(?:hackear|piratear|entrar en)\b.{0,30}\b(?:cuentas?|correo|movil|telefono|ordenador)\b",
    r"\b(?:ransomware|malware|keylogger|computer virus|trojan|botnet|phishing (?:page"
    r"|e-?mail|site))\b",
    r"\b(?:bomb|blow up|shoot up|set fire to|burn down) (?:the|a|my|this|that|an)\b",
)
_THREAT = _any(
    r"\b(?:i|we)(?: am|'m| are|'re) (?:going to|gonna|about to)\b.{0,20}"
    r"\b(?:kill|bomb|shoot|stab|murder|blow up|attack|rape|burn down)\b",
    r"\b(?:i|we)(?:'ll| will) (?:kill|bomb|shoot|stab|murder|rape) (?:you|him|her|them|the|my)\b",
    r"\bvoy a (?:matar|bombardear|disparar|apunalar|violar|poner una bomba)\b",
)
_NEVER = _any(
    r"\b(?:child|kiddie|underage|minors?|preteen)\b.{0,12}\b(?:porn\w*|nudes?"
    r"|sex(?:ual)? (?:videos?|images?|pictures?))",
    r"\bporn\w*.{0,12}\b(?:child(?:ren)?|minors?|ninos|infantil|menores)\b",
)
_SELF_HARM = _any(
    r"\b(?:kill|hurt|harm|hang|cut)(?:ing)? myself\b",
    r"\b(?:end|take|taking|ending) my (?:own )?life\b",
    r"\bi (?:want|wish|need|am going|'m going|plan) to (?:die|be dead)\b",
    r"\bi (?:want to|will|'m going to|am going to) commit suicide\b",
    r"\b(?:suicidarme|matarme|quitarme la vida|hacerme dano|acabar con mi vida)\b",
    r"\b(?:me quiero|quiero) morir(?:me)?\b",
)
_ABUSE = _any(
    r"\b(?:fuck|screw) (?:you|u|off|yourself)\b",
    r"\bgo to hell\b",
    r"\bshut (?:the fuck )?up\b",
    r"\b(?:you|u)(?:'re| are|r)?(?: all)?(?: an?| such an?| just an?)?(?: \w+){0,3} "
    r"(?:idiots?|morons?|piece of (?:shit|crap|garbage)|bitch|bastard|asshole|cunt|retard|scum)\b",
    r"^(?:you )?(?:stupid|dumb|fucking|useless|worthless) (?:idiot|moron|bot|machine"
    r"|bitch|bastard)\b",
    r"\b(?:vete|iros|andate) a la (?:mierda|chingada|verga)\b",
    r"\b(?:hijo|hija) de puta\b",
    r"\bque te (?:jodan|den|follen)\b",
    r"\beres (?:una? )?(?:\w+ )?(?:idiota|imbecil|estupid[oa]|mierda|gilipollas|cabron"
    r"|inutil de mierda)\b",
)
_CHINESE: tuple[tuple[Concern, re.Pattern[str]], ...] = (
    ("self_harm", re.compile(r"我想(?:自杀|死|結束生命|结束生命)|我要自[杀殺]")),
    (
        "harm",
        re.compile(
            r"(?:怎么|怎樣|怎样|如何|教我|告诉我).{0,6}(?:制造|制作|做|造).{0,6}(?:炸弹|炸药|毒品|冰毒|毒气)"
            r"|(?:怎么|如何|教我).{0,4}(?:杀死|毒死|杀人)"
        ),
    ),
    ("abuse", re.compile(r"(?:操|草|肏)你妈|你(?:是|这个)?(?:傻逼|白痴|混蛋)|去死吧|滚蛋")),
)


def concern_of(message: str) -> Concern | None:
    """Why `message` is not answered; None for a question."""
    folded = " ".join(fold(message).split()).lstrip("¿¡ ")
    if _SELF_HARM.search(folded):
        return "self_harm"
    if _NEVER.search(folded) or _THREAT.search(folded) or _wants_harm(folded):
        return "harm"
    if _ABUSE.search(folded):
        return "abuse"
    return next((concern for concern, said in _CHINESE if said.search(message)), None)


def _wants_harm(folded: str) -> bool:
    wanted = _WANTS.search(folded)
    if not wanted:
        return False
    deed = _DEEDS.search(folded, wanted.start())
    return bool(deed)
